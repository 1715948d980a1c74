// One chart for each row that was measured: its rounds, ours and the baseline, drawn by uPlot.
const place = document.getElementById('charts');
for (const goal of goals.filter(({ oursByRound }) => oursByRound)) {
  const figure = document.createElement('figure');
  const caption = document.createElement('figcaption');
  caption.textContent = `${goal.row}, ${goal.unit || 'count'}`;
  figure.append(caption);
  place.append(figure);
  const lines = [{ label: 'ours', values: goal.oursByRound, stroke: '#1a73e8' }];
  if (goal.baselineByRound) {
    lines.push({ label: 'baseline', values: goal.baselineByRound, stroke: '#e8710a' });
  }
  const all = lines.flatMap(({ values }) => values);
  // Where one line would be flat at the bottom.
  const isLog = Math.min(...all) > 0 && Math.max(...all) > 20 * Math.min(...all);
  new uPlot({
    width: 340,
    height: 200,
    scales: {
      x: { time: false, range: [0.5, goal.oursByRound.length + 0.5] },
      y: isLog ? { distr: 3 } : { range: (plot, low, high) => [0, high * 1.1 || 1] },
    },
    axes: [{ values: (plot, splits) => splits.map((each) => (Number.isInteger(each) ? each : '')) }, { size: 70 }],
    series: [{ label: 'round' }, ...lines.map(({ label, stroke }) => ({ label, stroke, width: 2, points: { show: true } }))],
  }, [goal.oursByRound.map((value, round) => round + 1), ...lines.map(({ values }) => values)], figure);
}
