package poppo.bridge.migration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import poppo.bridge.machine.Disk;
import poppo.bridge.machine.TestDisk;
import poppo.bridge.shadow.Difference;
import poppo.bridge.shadow.Moved;
import poppo.bridge.state.Json;
import poppo.bridge.state.RecordKey;
import poppo.bridge.state.StateCollection;

/** Reports: kept, compared with the one before, and read in every form, whatever the records hold. */
class ReportsTest {
    /** What a record may hold: markup, terminal codes, the end of every kind of quotation, and half a character. */
    private static final String NASTY = "<script>alert(1)</script>]]>|`` \"'&\u001b[31m\u009b2J\n# h\u202e\ud800*_";

    private static final JsonSchema SCHEMA =
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(DiffReport.schema());

    @TempDir
    Path directory;

    private static Found found(RecordKey key, String pointer, Fix fix) {
        return new Found(
                new Difference(key, pointer, Json.text("a"), Json.text("b")),
                new Causes.Cause("unexplained", "nothing is known", Moved.BOTH),
                fix);
    }

    private static DiffReport report(String id, int seconds, List<Found> found) {
        Map<StateCollection, Count> counts = new EnumMap<>(StateCollection.class);
        for (StateCollection collection : StateCollection.values()) {
            counts.put(collection, new Count());
        }
        counts.get(StateCollection.ISSUES).compared = 1000;
        for (Found each : found) {
            Count count = counts.get(each.difference().key().collection());
            count.compared = Math.max(count.compared, 1);
            count.different++;
        }
        counts.values().forEach(count -> count.equal = count.compared - count.different);
        return new DiffReport(
                new DiffReport.Header(
                        id,
                        Instant.parse("2026-01-02T03:04:05Z").plusSeconds(seconds),
                        "dual-write",
                        2,
                        12,
                        Repair.NONE,
                        false,
                        0),
                counts,
                found,
                List.of(new Noise("odd", "no harm", "ann", "2026-02-01T00:00:00.000Z", 3)),
                new Planted.Tally(29, 29, 0),
                List.of(),
                Past.NONE);
    }

    private static DiffReport nasty() {
        Found field = new Found(
                new Difference(
                        RecordKey.runningTask("t<b>"),
                        "/" + NASTY,
                        Json.object().put(NASTY, NASTY),
                        Json.text(NASTY)),
                new Causes.Cause("codec", NASTY, Moved.REDIS),
                new Fix("file", Fix.LEFT, null, NASTY));
        return report("nasty", 0, List.of(field, found(RecordKey.issue(1), "", null)));
    }

    private static void assertFits(DiffReport report) throws Exception {
        assertThat(SCHEMA.validate(new ObjectMapper().readTree(Json.compact(report.toJson()))))
                .isEmpty();
    }

    // ---- kept

    @Test
    void aReportSurvivesARestartAsItWas() throws Exception {
        DiffReport kept = new Reports(new Disk(), directory)
                .keep(report(
                        "one",
                        0,
                        List.of(found(RecordKey.issue(1), "/x", new Fix("file", Fix.REPAIRED, Json.text("a"), null)))));

        DiffReport read = new Reports(new Disk(), directory).find("one").orElseThrow();

        assertThat(read.toJson()).isEqualTo(kept.toJson());
        assertThat(read.differences()).isEqualTo(kept.differences());
        assertFits(read);
        assertThat(new Reports(new Disk(), directory).find("../reports/one")).isEmpty();
    }

    @Test
    void theOldestGoesWhenThereAreTooMany() {
        Reports reports = new Reports(new Disk(), directory);
        for (int i = 0; i <= Reports.KEPT; i++) {
            reports.keep(report("r" + i, i, List.of()));
        }
        assertThat(reports.all())
                .hasSize(Reports.KEPT)
                .extracting(DiffReport::id)
                .startsWith("r20")
                .doesNotContain("r0");
    }

    @Test
    void eachIsComparedWithTheOneBefore() throws Exception {
        Reports reports = new Reports(new Disk(), directory);
        assertThat(reports.keep(report(
                                "first",
                                0,
                                List.of(found(RecordKey.issue(1), "/x", null), found(RecordKey.issue(2), "", null))))
                        .past())
                .isEqualTo(Past.NONE);

        DiffReport second = reports.keep(report(
                "second", 1, List.of(found(RecordKey.issue(2), "", null), found(RecordKey.issue(3), "/y", null))));

        assertThat(second.past().before()).isEqualTo("first");
        assertThat(second.past().added()).containsExactly("issues/3 /y");
        assertThat(second.past().gone()).containsExactly("issues/1 /x");
        assertThat(second.past().still()).isEqualTo(1);
        assertThat(second.past().runs()).hasSize(1);
        assertThat(second.past().runs().get(0).agreement()).containsEntry(StateCollection.ISSUES, 99.8);
        assertFits(second);
        assertThat(reports.keep(report("third", 2, List.of())).past().runs())
                .extracting(Past.Run::id)
                .containsExactly("first", "second");
    }

    @Test
    void oneThatCannotBeWrittenIsInMemory() throws Exception {
        TestDisk full = new TestDisk();
        full.fail("No space left on device", step -> true);
        Reports reports = new Reports(full, directory);

        assertThat(reports.keep(report("lost", 0, List.of())).id()).isEqualTo("lost");

        assertThat(reports.find("lost")).isPresent();
        assertThat(Files.exists(directory.resolve("reports/lost.json"))).isFalse();
    }

    @Test
    void aDamagedReportOrCheckpointIsLeftOut() throws Exception {
        Reports reports = new Reports(new Disk(), directory);
        reports.keep(report("good", 0, List.of()));
        Files.writeString(directory.resolve("reports/bad.json"), "{\"id\":\"bad\",\"time\":\"yes");
        Files.writeString(directory.resolve("reports/unfinished.checkpoint"), "{\"position\":{}");
        assertThat(reports.all()).extracting(DiffReport::id).containsExactly("good");
        assertThat(reports.find("bad")).isEmpty();
        assertThat(reports.unfinished()).isEmpty();
    }

    // ---- read

    @Test
    void theSchemaTakesTheReportAndNothingLikeIt() throws Exception {
        assertFits(nasty());
        for (String wrong : List.of("\"verdict\":\"fine\"", "\"epoch\":-1", "\"more\":1")) {
            String name = wrong.substring(1, wrong.indexOf('"', 1));
            String json = Json.compact(nasty().toJson().without(name)).replaceFirst("\\{", "{" + wrong + ",");
            assertThat(SCHEMA.validate(new ObjectMapper().readTree(json)))
                    .as(wrong)
                    .isNotEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ReportFormat.class,
            names = {"TEXT", "MARKDOWN", "HTML", "JUNIT"})
    void noFormLetsARecordSpeakForIt(ReportFormat format) {
        String rendered = format.render(nasty());
        assertThat(rendered)
                .doesNotContain("\u001b")
                .doesNotContain("\u009b")
                .doesNotContain("\u202e")
                .doesNotContain("\ud800*")
                .contains("\\u001b");
        if (format == ReportFormat.HTML || format == ReportFormat.JUNIT) {
            assertThat(rendered).doesNotContain("<script>alert").contains("&lt;script&gt;alert");
        }
    }

    @Test
    void aMarkdownRowStaysARow() {
        String row = ReportFormat.MARKDOWN
                .render(nasty())
                .lines()
                .filter(line -> line.contains("t<b>"))
                .findFirst()
                .orElseThrow();
        assertThat(row.replace("\\|", "").chars().filter(c -> c == '|')).hasSize(6);
        assertThat(row).contains("``` ");
    }

    @Test
    void junitIsAsContinuousIntegrationReadsIt() throws Exception {
        Element suite = xml(ReportFormat.JUNIT.render(nasty()));
        assertThat(suite.getTagName()).isEqualTo("testsuite");
        assertThat(suite.getAttribute("tests")).isEqualTo("8");
        assertThat(suite.getAttribute("failures")).isEqualTo("2");
        assertThat(suite.getAttribute("errors")).isEqualTo("0");
        assertThat(suite.getElementsByTagName("testcase").getLength()).isEqualTo(8);
        Element failure = (Element) suite.getElementsByTagName("failure").item(0);
        assertThat(failure.getAttribute("type")).isEqualTo("difference");
        assertThat(failure.getTextContent()).contains("issues/1").contains("cause: unexplained, both moved");
        assertThat(((Element) failure.getParentNode()).getAttribute("name")).isEqualTo("issues");

        DiffReport good = report("void", 0, List.of());
        Element isVoid = xml(ReportFormat.JUNIT.render(new DiffReport(
                good.header(),
                good.counts(),
                List.of(),
                List.of(),
                new Planted.Tally(29, 28, 0),
                List.of(),
                Past.NONE)));
        assertThat(isVoid.getAttribute("errors")).isEqualTo("1");
        assertThat(isVoid.getElementsByTagName("error").item(0).getTextContent())
                .contains("found: 28");
    }

    private static Element xml(String text) throws Exception {
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        return document.getDocumentElement();
    }

    @Test
    void whereNothingWasComparedNoAgreementIsClaimed() {
        Past.Run before = new Past.Run("d-0", "2026-01-02T03:04:04.000Z", "consistent", Map.of());
        DiffReport report = report("d-1", 0, List.of()).with(new Past("d-0", List.of(), List.of(), 0, List.of(before)));

        String page = ReportFormat.HTML.render(report);

        assertThat(page)
                .contains("<b>issues</b></td><td><svg")
                .contains("<b>last-run</b></td><td></td><td class=\"n\" data-l=\"agreement %\">–</td>")
                .contains("lowest 100 %")
                .contains("<b>last-run</b></td><td></td><td class=\"n soft\">–</td>");
        assertThat(Past.Run.of(report).agreement()).containsOnlyKeys(StateCollection.ISSUES);
    }

    @Test
    void theHtmlPageAsksForNothing() {
        String page = ReportFormat.HTML.render(nasty());
        assertThat(page)
                .doesNotContain("http:")
                .doesNotContain("https:")
                .doesNotContain("src=")
                .doesNotContain("url(");
        assertThat(HtmlReport.contentSecurityPolicy()).startsWith("default-src 'none'");
    }

    /** A real browser runs the script under the policy that the page is served with, and asks for no other file. */
    @Test
    void theFiltersWorkInABrowser() throws Exception {
        Chromium browser = new Chromium(directory);
        String page = ReportFormat.HTML
                .render(nasty())
                .replace(
                        "<title>",
                        "<meta http-equiv=\"Content-Security-Policy\" content=\"" + HtmlReport.contentSecurityPolicy()
                                + "\"><title>");
        Path file = Files.writeString(directory.resolve("report.html"), page);
        String dom = browser.dom(file);
        assertThat(dom).contains("id=\"shown\">2 of 2</span>").doesNotContain("class=\"filters\" hidden");
    }

    @Test
    void bothValuesAreMarkedWhereTheyDiffer() {
        Found found = new Found(
                new Difference(
                        RecordKey.issue(1), "/status", Json.text("awaiting-response"), Json.text("awaiting-review")),
                new Causes.Cause("codec", "", Moved.FILE),
                null);
        assertThat(ReportFormat.HTML.render(report("r", 0, List.of(found))))
                .contains("<code>&quot;awaiting-re<mark>sponse</mark>&quot;</code>")
                .contains("<code>&quot;awaiting-re<mark>view</mark>&quot;</code>");
    }

    @Test
    void agreementIsNeverRoundedUpToAll() {
        Count count = new Count();
        count.compared = 10_000_000;
        count.different = 1;
        assertThat(count.agreement()).isEqualTo(99.999);
        assertThat(Svg.percent(count.agreement())).isEqualTo("99.999");
        assertThat(Svg.percent(100)).isEqualTo("100");
        assertThat(Svg.percent(99)).isEqualTo("99.0");
    }
}
