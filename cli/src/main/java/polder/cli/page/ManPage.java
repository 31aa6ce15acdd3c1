package polder.cli.page;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import polder.cli.call.Example;
import polder.cli.call.Operand;
import polder.cli.call.Option;
import polder.cli.call.Usage;
import polder.model.Brand;
import polder.model.Json;
import polder.model.Property;
import polder.model.ZoneProperties;

/** Manual pages in the language of man(7). */
public final class ManPage {
  private final StringBuilder text = new StringBuilder();

  private ManPage(String title, int section, String version) {
    text.append(".TH ").append(quoted(title)).append(' ').append(section).append(" \"\" ");
    text.append(quoted("Polder " + version)).append(" \"Polder Manual\"\n.nh\n.ad l\n");
  }

  /** The page's file name, such as {@code polder-image-import.1}. */
  public static String fileName(Usage usage) {
    return "polder-" + usage.name().replace(' ', '-') + ".1";
  }

  /** polder-COMMAND(1). */
  public static String of(Usage usage, List<String> aliases, String version) {
    String title = "polder-" + usage.name().replace(' ', '-');
    ManPage page = new ManPage(title.toUpperCase(Locale.ROOT), 1, version);
    page.section("NAME").line(escaped(title) + " \\- " + escaped(usage.summary()));
    page.section("SYNOPSIS").line(".B polder " + escaped(usage.name()));
    page.line("[\\fIOPTION\\fR]...");
    for (Operand operand : usage.operands()) {
      page.line(escaped(operand.label()));
    }
    page.section("DESCRIPTION").line(escaped(HelpPage.sentence(usage.summary())));
    for (String paragraph : usage.text()) {
      page.line(".PP").line(escaped(paragraph));
    }
    if (!aliases.isEmpty()) {
      page.line(".PP").line("Also: " + escaped(String.join(", ", aliases)) + ".");
    }
    page.section("OPTIONS");
    for (Option option : usage.options()) {
      String names =
          option.names().stream()
              .map(name -> "\\fB" + escaped(name) + "\\fR")
              .collect(Collectors.joining(", "));
      String value = option.hasValue() ? " \\fI" + escaped(option.value()) + "\\fR" : "";
      page.line(".TP").line(names + value);
      page.line(
          escaped(HelpPage.sentence(option.meaning()))
              + (option.many() ? " May be given again." : ""));
    }
    page.section("EXAMPLES");
    for (Example example : usage.examples()) {
      page.line(".TP").line("\\fB" + escaped(example.line()) + "\\fR");
      page.line(escaped(HelpPage.sentence(example.meaning())));
    }
    page.section("SEE ALSO").line(".BR polder (1),").line(".BR polder\\-payload (5)");
    return page.text.toString();
  }

  /** polder(1). */
  public static String overview(List<Usage> usages, String version) {
    ManPage page = new ManPage("POLDER", 1, version);
    page.section("NAME").line("polder \\- make one Linux host into many computers");
    page.section("SYNOPSIS").line(".B polder").line("\\fICOMMAND\\fR [\\fIOPTION\\fR]...");
    page.line("[\\fIOPERAND\\fR]...");
    page.section("DESCRIPTION");
    page.line("Polder runs zones: computers of their own that share the host's kernel. A zone of");
    page.line("brand \\fBnative\\fR shares the host's userland read-only, one of brand \\fBlx\\fR");
    page.line("has a Linux userland of its own, made from an image.");
    page.line(".PP");
    page.line(
        "A ZONE is named by its alias, its uuid, or the uuid's unambiguous beginning of four");
    page.line("characters or more. The daemon is started when none answers.");
    page.section("COMMANDS");
    for (Usage usage : usages) {
      String file = "polder-" + usage.name().replace(' ', '-');
      page.line(".TP").line(".BR " + escaped(file) + " (1)");
      page.line(escaped(HelpPage.sentence(usage.summary())));
    }
    page.section("EXIT STATUS");
    page.pair("0", "Done.").pair("1", "Failed.").pair("2", "Wrong usage; nothing was done.");
    page.pair("125, 126, 127", "Of run and exec: polder failed, not executable, not found.");
    page.section("ENVIRONMENT");
    page.pair("POLDER_HOST", "The daemon to ask: unix:///PATH. It is not started.");
    page.pair("POLDER_HOME", "Configuration, state, sockets and logs of a host below one folder.");
    page.pair("POLDER_START", "With the value no, the daemon is not started when none answers.");
    page.pair("POLDER_LOG", "With the value debug, errors tell where they came from.");
    page.pair("NO_COLOR", "If set, nothing is coloured.");
    page.section("FILES");
    page.pair("/run/polder/api.sock", "Where the daemon listens.");
    page.pair("/var/lib/polder", "Zones and images.");
    page.pair("/var/log/polder", "Logs.");
    page.section("SEE ALSO").line(".BR polder\\-payload (5)");
    return page.text.toString();
  }

  /** polder-payload(5), from the table of properties. */
  public static String payload(String version) {
    ManPage page = new ManPage("POLDER-PAYLOAD", 5, version);
    page.section("NAME").line("polder\\-payload \\- what may be asked of a zone, as JSON");
    page.section("DESCRIPTION");
    page.line("A payload is a JSON object. Names are SmartOS's where SmartOS has the thing. An");
    page.line("unknown property is refused, and so is one that this version cannot honour.");
    page.line(".PP");
    page.line(
        "After each type stands when a change takes hold in a zone that runs: \\fIlive\\fR at");
    page.line(
        "once, \\fIrestart\\fR at its next start, \\fIfixed\\fR never, \\fInone\\fR if it is");
    page.line("kept and changes nothing inside.");
    page.section("PROPERTIES");
    for (Property<?> property : ZoneProperties.list()) {
      if (property.refusal().isEmpty()) {
        page.line(".TP").line("\\fB" + escaped(property.name()) + "\\fR");
        page.line(escaped(HelpPage.sentence(property.meaning()))).line(".br");
        page.line(escaped(HelpPage.sentence(details(property))));
      }
    }
    page.section("REFUSED PROPERTIES");
    for (Property<?> property : ZoneProperties.list()) {
      if (property.refusal().isPresent()) {
        page.pair(property.name(), HelpPage.sentence(property.refusal().get()));
      }
    }
    page.section("EXAMPLE");
    page.line(".nf").line("{");
    page.line("  \"brand\": \"lx\", \"image\": \"debian:12\", \"alias\": \"web\",");
    page.line("  \"max_physical_memory\": 256, \"cmd\": [\"sleep\", \"infinity\"]");
    page.line("}").line(".fi");
    page.section("SEE ALSO").line(".BR polder\\-create (1),").line(".BR polder\\-schema (1)");
    return page.text.toString();
  }

  private static <T> String details(Property<T> property) {
    StringBuilder details = new StringBuilder(property.type().word());
    details.append("; ").append(property.change().name().toLowerCase(Locale.ROOT));
    if (!property.why().isEmpty()) {
      details.append(": ").append(property.why());
    }
    property
        .standard()
        .ifPresent(
            value -> details.append("; default ").append(Json.write(property.type().write(value))));
    if (property.brands().size() < Brand.values().length) {
      details.append("; only brand ");
      details.append(property.brands().stream().map(Brand::word).collect(Collectors.joining(", ")));
    }
    return details.toString();
  }

  private ManPage section(String name) {
    return line(".SH " + name);
  }

  private ManPage pair(String name, String meaning) {
    return line(".TP").line("\\fB" + escaped(name) + "\\fR").line(escaped(meaning));
  }

  private ManPage line(String line) {
    text.append(line).append('\n');
    return this;
  }

  private static String quoted(String text) {
    return "\"" + escaped(text) + "\"";
  }

  /** Text that roff prints as it is; a dot or quote at a line's beginning would be a command. */
  static String escaped(String text) {
    String safe =
        text.replace("\\", "\\e")
            .replace("-", "\\-")
            .replace("'", "\\(aq")
            .replace("^", "\\(ha")
            .replace("~", "\\(ti")
            .replace("`", "\\(ga")
            .replace("\"", "\\(dq")
            .replace(",", ",\\:") // a line may break there
            .replace("|", "|\\:")
            .replace("…", "...")
            .replace("→", "\\->");
    return safe.startsWith(".") ? "\\&" + safe : safe;
  }
}
