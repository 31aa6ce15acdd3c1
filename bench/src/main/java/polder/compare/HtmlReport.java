package polder.compare;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import polder.bench.Figure;
import polder.bench.Samples;

/**
 * Results as a page with plots: one file, which asks for no other and runs no script. A plot has a
 * bar for each place, as long as its median, and a line from its least to its largest value.
 */
final class HtmlReport {
  private static final int WIDTH = 460;
  private static final int NAMES = 128;
  private static final int NUMBERS = 104;
  private static final int BARS = WIDTH - NAMES - NUMBERS;
  private static final int BAR = 16;
  private static final int PITCH = 26;
  private static final int BASELINE = 12;

  private static final String STYLE =
      """
      :root { color-scheme: light dark; --back: #fbfbf9; --card: #fff; --ink: #1c1d1f; --faint: #686b70;
        --line: #e3e3de; --bare: #8a8f98; --zone: #2f8f6b; --vm: #c8722c; }
      @media (prefers-color-scheme: dark) { :root { --back: #16181b; --card: #1e2125; --ink: #e8e8e6;
        --faint: #9a9ea6; --line: #32363c; --bare: #7d838d; --zone: #4fb890; --vm: #e08e4a; } }
      body { font: 15px/1.5 system-ui, sans-serif; background: var(--back); color: var(--ink);
        max-width: 1000px; margin: 2.5rem auto; padding: 0 1.25rem; }
      h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1rem; margin: 0; }
      p { color: var(--faint); margin: .2rem 0 .8rem; } .unit { font-size: .85rem; }
      .plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 440px), 1fr)); gap: 1rem; }
      section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .9rem 1rem; }
      svg { width: 100%; height: auto; display: block; font-size: 12px; fill: var(--ink); }
      svg .ratio { fill: var(--faint); } svg line { stroke: var(--ink); stroke-opacity: .55; }
      .bare { fill: var(--bare); } .zone { fill: var(--zone); } .vm { fill: var(--vm); }
      .scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; margin: 1rem 0 1.6rem;
        font-variant-numeric: tabular-nums; font-size: .9rem; }
      td, th { text-align: right; padding: .3rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
      td:first-child, th:first-child { text-align: left; } td small { color: var(--faint); }
      dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; font-size: .9rem; }
      dt { font-weight: 600; } dd { margin: 0; color: var(--faint); }
      """;

  private final Results results;
  private final StringBuilder page = new StringBuilder();

  private HtmlReport(Results results) {
    this.results = results;
  }

  /**
   * The page.
   *
   * @param machine what was measured on
   * @param how it was measured, in a sentence
   */
  static String of(Results results, String machine, String how) {
    HtmlReport report = new HtmlReport(results);
    report.write(machine, how);
    return report.page.toString();
  }

  private void write(String machine, String how) {
    say("<!doctype html>");
    say("<html lang=\"en\">");
    say("<head><meta charset=\"utf-8\"><title>polder compare</title>");
    say("<meta name=\"viewport\" content=\"width=device-width\">");
    say("<style>\n" + STYLE + "</style></head>");
    say("<body>");
    say("<h1>What each way of virtualizing costs</h1>");
    say("<p>%s<br>%s</p>".formatted(escape(machine), escape(how)));
    table();
    say("<div class=\"plots\">");
    results.measures().forEach(this::plot);
    say("</div>");
    say("<h2 style=\"margin-top: 1.6rem\">The places</h2>");
    say("<dl>");
    for (String place : results.places()) {
      say("<dt>%s</dt><dd>%s</dd>".formatted(escape(place), escape(results.what(place))));
    }
    say("</dl>");
    results.remarks().forEach(remark -> say("<p>%s</p>".formatted(escape(remark))));
    say("</body></html>");
  }

  private void table() {
    say("<div class=\"scroll\"><table>");
    StringBuilder head = new StringBuilder("<tr><th></th>");
    results.places().forEach(place -> head.append("<th>").append(escape(place)).append("</th>"));
    say(head + "</tr>");
    for (Measure measure : results.measures()) {
      StringBuilder line = new StringBuilder();
      line.append(
          "<tr><td>%s <small>%s</small></td>"
              .formatted(escape(measure.name()), escape(measure.unit())));
      for (String place : results.places()) {
        Optional<Samples> samples = results.samples(measure, place);
        line.append(
            "<td>%s <small>%s</small></td>"
                .formatted(
                    samples.map(each -> Figure.of(each.median())).orElse("–"),
                    ratio(measure, place)));
      }
      say(line + "</tr>");
    }
    say("</table></div>");
  }

  private String ratio(Measure measure, String place) {
    OptionalDouble ratio = results.ratio(measure, place);
    return place.equals(Comparison.BARE) || ratio.isEmpty()
        ? ""
        : "×" + Figure.of(ratio.getAsDouble());
  }

  private void plot(Measure measure) {
    List<String> places =
        results.places().stream()
            .filter(place -> results.samples(measure, place).isPresent())
            .toList();
    double most =
        places.stream()
            .mapToDouble(place -> results.samples(measure, place).orElseThrow().max())
            .max()
            .orElse(0);
    say("<section><h2>%s</h2>".formatted(escape(measure.name())));
    say(
        "<p class=\"unit\">%s; %s, %s is better</p>"
            .formatted(
                escape(measure.what()),
                escape(measure.unit()),
                measure.moreIsBetter() ? "more" : "less"));
    say(
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">"
            .formatted(WIDTH, PITCH * places.size(), escape(measure.what())));
    for (int i = 0; i < places.size(); i++) {
      bar(measure, places.get(i), i * PITCH, most > 0 ? BARS / most : 0);
    }
    say("</svg></section>");
  }

  private void bar(Measure measure, String place, int top, double scale) {
    Samples samples = results.samples(measure, place).orElseThrow();
    double end = NAMES + samples.median() * scale;
    double middle = top + BAR / 2.0;
    say("<text x=\"0\" y=\"%d\">%s</text>".formatted(top + BASELINE, escape(place)));
    say(
        "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%s\" height=\"%d\" rx=\"2\"/>"
            .formatted(kind(place), NAMES, top, number(Math.max(1, end - NAMES)), BAR));
    if (samples.max() > samples.min()) {
      say(
          "<line x1=\"%s\" x2=\"%s\" y1=\"%s\" y2=\"%s\"/>"
              .formatted(
                  number(NAMES + samples.min() * scale),
                  number(NAMES + samples.max() * scale),
                  number(middle),
                  number(middle)));
    }
    double words = NAMES + samples.max() * scale + 6;
    say(
        "<text x=\"%s\" y=\"%d\">%s <tspan class=\"ratio\">%s</tspan></text>"
            .formatted(
                number(words), top + BASELINE, Figure.of(samples.median()), ratio(measure, place)));
  }

  private static String kind(String place) {
    return place.equals(Comparison.BARE) ? "bare" : place.startsWith("vm-") ? "vm" : "zone";
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private void say(String line) {
    page.append(line).append('\n');
  }

  /** Text as HTML has it. */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
