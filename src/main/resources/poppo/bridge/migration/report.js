(function(){
var rows=[].slice.call(document.querySelectorAll('#differences tbody tr'));
var text=document.getElementById('text');
var picks=[].slice.call(document.querySelectorAll('.filters select'));
var shown=document.getElementById('shown');
if(!text)return;
document.querySelector('.filters').hidden=false;
function apply(){
var wanted=text.value.toLowerCase(),count=0;
rows.forEach(function(row){
var fits=row.textContent.toLowerCase().indexOf(wanted)>=0&&picks.every(function(pick){return !pick.value||row.getAttribute('data-'+pick.name)===pick.value;});
row.hidden=!fits;
if(fits)count++;
});
shown.textContent=count+' of '+rows.length;
}
text.addEventListener('input',apply);
picks.forEach(function(pick){pick.addEventListener('change',apply);});
apply();
})();
