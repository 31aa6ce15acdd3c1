package polder.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import polder.model.FirewallProtocol.IcmpType;
import polder.model.FirewallProtocol.Ipsec;
import polder.model.FirewallProtocol.Range;
import polder.model.FirewallProtocol.Transport;
import polder.model.FirewallScanner.Kind;
import polder.model.FirewallScanner.Token;
import polder.model.FirewallSentence.Action;

/**
 * Reads fwadm's rules, version 4 of the grammar, by recursive descent. A value that is wrong is
 * told and passed over; where the sentence itself breaks off, reading ends.
 */
final class FirewallParser {
  private static final int LONGEST_WORD = 255;
  private static final int MOST_PORT = 65_535;
  private static final int MOST_TYPE = 255;
  private static final FirewallTarget TOLD = // in the place of one that is wrong
      new FirewallTarget.Tag("wrong", Optional.empty());
  private static final Pattern TAG_WORD = Pattern.compile("[-A-Za-z0-9_]+");
  private static final Pattern RANGE = Pattern.compile("([0-9]+)(?:-([0-9]+))?");
  private static final Pattern UUID_FORM =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  private final List<Token> tokens;
  private final List<String> faults;
  private int next;

  /** Where a sentence breaks off; what is wrong has been told. */
  private static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1;

    Broken() {
      super("", null, false, false);
    }
  }

  FirewallParser(String text, List<String> faults) {
    this.faults = faults;
    this.tokens = FirewallScanner.scan(text, faults);
  }

  /** The rule; null, or without what was told, if something is wrong. */
  @Nullable FirewallSentence sentence() {
    if (!faults.isEmpty()) {
      return null;
    }
    try {
      demand("FROM");
      List<FirewallTarget> from = side();
      demand("TO");
      List<FirewallTarget> to = side();
      Action action = take("ALLOW") ? Action.ALLOW : Action.BLOCK;
      if (action == Action.BLOCK && !take("BLOCK")) {
        throw expected("ALLOW or BLOCK");
      }
      FirewallProtocol protocol = protocol();
      int priority = take("PRIORITY") ? number("a priority", 0, FirewallSentence.MOST_PRIORITY) : 0;
      if (peek().kind() != Kind.END) {
        throw expected(priority == 0 ? "PRIORITY or the end" : "the end");
      }
      FirewallSentence read = new FirewallSentence(from, to, action, protocol, priority);
      if (faults.isEmpty()) {
        faults.addAll(read.check());
      }
      return read;
    } catch (Broken e) {
      return null;
    }
  }

  private List<FirewallTarget> side() {
    List<FirewallTarget> targets = new ArrayList<>();
    int start = peek().at();
    if (mark("(")) {
      FirewallTarget first = target();
      targets.add(first);
      boolean alone = first instanceof FirewallTarget.Any || first instanceof FirewallTarget.AllVms;
      while (!alone && take("OR")) {
        Token each = peek();
        FirewallTarget more = target();
        if (more instanceof FirewallTarget.Any || more instanceof FirewallTarget.AllVms) {
          fault(each, "'%s' stands alone on its side".formatted(more.text()));
        }
        targets.add(more);
      }
      if (!mark(")")) {
        throw expected(alone ? ")" : "OR or )");
      }
    } else {
      targets.add(target());
    }
    most(start, targets.size(), "targets");
    return targets;
  }

  private void most(int at, int size, String what) {
    if (size > FirewallSentence.MOST_PARTS) {
      faults.add(
          "at %d: %d %s, and %d at most are taken"
              .formatted(at, size, what, FirewallSentence.MOST_PARTS));
    }
  }

  private FirewallTarget target() {
    if (take("ANY")) {
      return new FirewallTarget.Any();
    }
    if (take("ALL")) {
      demand("VMS");
      return new FirewallTarget.AllVms();
    }
    if (take("IP")) {
      Token word = value("an IP address");
      return read(word, () -> new FirewallTarget.Address(IpAddress.of(word.text())));
    }
    if (take("SUBNET")) {
      Token word = value("a subnet such as 10.1.2.0/24");
      return read(word, () -> new FirewallTarget.Net(Cidr.of(word.text())));
    }
    if (take("TAG")) {
      String name = tagWord("a tag's name");
      return new FirewallTarget.Tag(
          name, mark("=") ? Optional.of(tagWord("a tag's value")) : Optional.empty());
    }
    if (take("VM")) {
      Token word = value("a uuid");
      if (!UUID_FORM.matcher(word.text()).matches()) {
        fault(word, word.shown() + " is no uuid");
        return TOLD;
      }
      return new FirewallTarget.Vm(UUID.fromString(word.text().toLowerCase(Locale.ROOT)));
    }
    throw expected("ANY, ALL VMS, IP, SUBNET, TAG or VM");
  }

  /** What {@code make} reads; told and replaced if it refuses. */
  private FirewallTarget read(Token word, Supplier<FirewallTarget> make) {
    try {
      return make.get();
    } catch (PolderException e) {
      fault(word, String.valueOf(e.getMessage()));
      return TOLD;
    }
  }

  private String tagWord(String what) {
    Token word = peek();
    boolean plain = word.kind() == Kind.WORD && TAG_WORD.matcher(word.text()).matches();
    if (word.kind() == Kind.WORD && !plain) {
      fault(word, "%s must be in quotes as %s".formatted(word.shown(), what));
    } else if (word.kind() != Kind.WORD && word.kind() != Kind.QUOTED) {
      throw expected(what);
    } else if (word.text().isEmpty() || word.text().length() > LONGEST_WORD) {
      fault(word, "%s has 1 to %d characters".formatted(what, LONGEST_WORD));
    }
    next++;
    return word.text();
  }

  private FirewallProtocol protocol() {
    if (take("TCP")) {
      return new FirewallProtocol.Ports(Transport.TCP, ports());
    }
    if (take("UDP")) {
      return new FirewallProtocol.Ports(Transport.UDP, ports());
    }
    if (take("ICMP6")) {
      return new FirewallProtocol.Icmp(true, types());
    }
    if (take("ICMP")) {
      return new FirewallProtocol.Icmp(false, types());
    }
    if (take("AH")) {
      return new FirewallProtocol.Sealed(Ipsec.AH);
    }
    if (take("ESP")) {
      return new FirewallProtocol.Sealed(Ipsec.ESP);
    }
    throw expected("TCP, UDP, ICMP, ICMP6, AH or ESP");
  }

  private List<Range> ports() {
    int start = peek().at();
    List<Range> ports = new ArrayList<>();
    if (take("PORTS")) {
      do {
        ports.add(range());
      } while (mark(","));
      most(start, ports.size(), "ports");
      return ports;
    }
    if (take("PORT")) {
      ports.add(port());
      return ports;
    }
    if (!mark("(")) {
      throw expected("PORT, PORTS or (");
    }
    demand("PORT");
    ports.add(port());
    while (!ports.equals(List.of(Range.ALL)) && take("AND")) {
      demand("PORT");
      int port = number("a port", 1, MOST_PORT);
      ports.add(new Range(port, port));
    }
    if (!mark(")")) {
      throw expected("AND or )");
    }
    most(start, ports.size(), "ports");
    return ports;
  }

  private Range port() {
    if (take("ALL")) {
      return Range.ALL;
    }
    int port = number("a port, or ALL", 1, MOST_PORT);
    return new Range(port, port);
  }

  /** A port or a range of them; with or without spaces about the dash. */
  private Range range() {
    Token first = value("a port or a range of ports");
    StringBuilder all = new StringBuilder(first.text());
    while (peek().kind() == Kind.WORD
        && (peek().text().startsWith("-") || all.charAt(all.length() - 1) == '-')) {
      all.append(peek().text());
      next++;
    }
    Matcher form = RANGE.matcher(all);
    if (!form.matches()) {
      fault(first, "'%s' is no port and no range of ports".formatted(Types.shorten(all + "")));
      return Range.ALL;
    }
    int low = number(first, form.group(1), "a port", 1, MOST_PORT);
    int high = form.group(2) == null ? low : number(first, form.group(2), "a port", 1, MOST_PORT);
    if (high < low) {
      fault(first, "'%s' is a range that ends before it begins".formatted(all));
      return Range.ALL;
    }
    return new Range(low, high);
  }

  private List<IcmpType> types() {
    int start = peek().at();
    boolean list = mark("(");
    List<IcmpType> types = new ArrayList<>();
    demand("TYPE");
    if (take("ALL")) {
      if (list && !mark(")")) {
        throw expected(")");
      }
      return types;
    }
    types.add(type());
    while (list && take("AND")) {
      demand("TYPE");
      types.add(type());
    }
    if (list && !mark(")")) {
      throw expected("CODE, AND or )");
    }
    most(start, types.size(), "types");
    return types;
  }

  private IcmpType type() {
    int type = number("an ICMP type, or ALL", 0, MOST_TYPE);
    return new IcmpType(
        type, take("CODE") ? Optional.of(number("an ICMP code", 0, MOST_TYPE)) : Optional.empty());
  }

  private int number(String what, int least, int most) {
    Token word = value(what);
    return number(word, word.text(), what, least, most);
  }

  private int number(Token word, String text, String what, int least, int most) {
    if (!text.matches("[0-9]+")) {
      next--;
      throw expected(what);
    }
    boolean fits = text.length() <= 9;
    int number = fits ? Integer.parseInt(text) : -1;
    if (number < least || number > most) {
      fault(word, "%s is out of range: %d to %d".formatted(Types.shorten(text), least, most));
      return least;
    }
    return number;
  }

  private Token value(String what) {
    Token word = peek();
    if (word.kind() != Kind.WORD) {
      throw expected(what);
    }
    next++;
    return word;
  }

  private Token peek() {
    return tokens.get(next);
  }

  private boolean mark(String mark) {
    boolean there = peek().kind() == Kind.MARK && peek().text().equals(mark);
    if (there) {
      next++;
    }
    return there;
  }

  /** Takes a keyword, all upper or all lower case, if it is the next. */
  private boolean take(String keyword) {
    Token word = peek();
    if (word.kind() != Kind.WORD || !word.text().equalsIgnoreCase(keyword)) {
      return false;
    }
    String lower = keyword.toLowerCase(Locale.ROOT);
    if (!word.text().equals(keyword) && !word.text().equals(lower)) {
      fault(word, "write %s or %s, not %s".formatted(keyword, lower, word.shown()));
    }
    next++;
    return true;
  }

  private void demand(String keyword) {
    if (!take(keyword)) {
      throw expected(keyword);
    }
  }

  private void fault(Token at, String what) {
    faults.add("at %d: %s".formatted(at.at(), what));
  }

  private Broken expected(String what) {
    fault(peek(), "expected %s, not %s".formatted(what, peek().shown()));
    return new Broken();
  }
}
