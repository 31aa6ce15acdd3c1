package polder.api.fake;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The programs of a fake zone: {@code sh -c} with simple commands joined by {@code ;} or newlines,
 * quotes, {@code $NAME} and {@code >&2}; and true, false, echo, printf, cat, sleep, env, pwd, yes,
 * hostname, exit, stty size, {@code trap '' SIGNAL}.
 */
final class FakeShell {
  /** What a program may ask of the process that runs it. */
  interface World {
    InputStream stdin();

    OutputStream stdout();

    OutputStream stderr();

    Map<String, String> env();

    String workdir();

    String hostname();

    /** Rows and columns of its terminal. */
    int[] window();

    void ignore(String signal);

    Optional<byte[]> file(String path);
  }

  /** The shell's {@code exit}. */
  private static final class Exit extends Exception {
    private static final long serialVersionUID = 1;
    private final int code;

    Exit(int code) {
      super("exit " + code, null, false, false);
      this.code = code;
    }
  }

  private final World world;

  FakeShell(World world) {
    this.world = world;
  }

  /** Runs {@code command}; the exit code. */
  int run(List<String> command) throws IOException, InterruptedException {
    try {
      return simple(command, world.stdout());
    } catch (Exit e) {
      return e.code;
    }
  }

  private int simple(List<String> words, OutputStream out)
      throws IOException, InterruptedException, Exit {
    String program = words.getFirst();
    List<String> arguments = words.subList(1, words.size());
    switch (program.substring(program.lastIndexOf('/') + 1)) {
      case "true", ":" -> {
        return 0;
      }
      case "false" -> {
        return 1;
      }
      case "exec" -> {
        throw new Exit(simple(arguments, out));
      }
      case "exit" -> throw new Exit(arguments.isEmpty() ? 0 : Integer.parseInt(arguments.get(0)));
      case "sh", "bash" -> {
        return script(arguments);
      }
      case "echo" -> say(out, String.join(" ", arguments) + "\n");
      case "printf" -> say(out, escapes(arguments.isEmpty() ? "" : arguments.getFirst()));
      case "pwd" -> say(out, world.workdir() + "\n");
      case "hostname" -> say(out, world.hostname() + "\n");
      case "stty" -> say(out, world.window()[0] + " " + world.window()[1] + "\n");
      case "trap" -> world.ignore(arguments.getLast());
      case "sleep" -> sleep(arguments.isEmpty() ? "0" : arguments.getFirst());
      case "yes" -> {
        while (true) {
          say(out, "y\n");
        }
      }
      case "env" -> {
        for (Map.Entry<String, String> entry : world.env().entrySet()) {
          say(out, entry.getKey() + "=" + entry.getValue() + "\n");
        }
      }
      case "cat" -> {
        return cat(arguments, out);
      }
      default -> {
        say(world.stderr(), program + ": not found\n");
        return 127;
      }
    }
    return 0;
  }

  private int script(List<String> arguments) throws IOException, InterruptedException {
    if (arguments.size() < 2 || !arguments.getFirst().equals("-c")) {
      world.stdin().transferTo(OutputStream.nullOutputStream()); // a shell with nothing to say
      return 0;
    }
    int code = 0;
    try {
      for (List<String> words : parse(arguments.get(1))) {
        OutputStream out = world.stdout();
        if (words.getLast().equals(">&2")) {
          words.removeLast();
          out = world.stderr();
        }
        if (!words.isEmpty()) {
          code = simple(words, out);
        }
      }
    } catch (Exit e) {
      return e.code;
    }
    return code;
  }

  private int cat(List<String> files, OutputStream out) throws IOException {
    if (files.isEmpty()) {
      byte[] buffer = new byte[8192];
      InputStream in = world.stdin();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
        out.flush();
      }
      return 0;
    }
    int code = 0;
    for (String name : files) {
      Optional<byte[]> content = world.file(name);
      if (content.isPresent()) {
        out.write(content.get());
      } else {
        say(world.stderr(), "cat: " + name + ": No such file or directory\n");
        code = 1;
      }
    }
    return code;
  }

  private static void sleep(String seconds) throws InterruptedException {
    if (seconds.equals("infinity")) {
      Thread.sleep(Long.MAX_VALUE);
    }
    Thread.sleep((long) (Double.parseDouble(seconds) * 1000));
  }

  private static void say(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  private static String escapes(String text) {
    return text.translateEscapes();
  }

  private List<List<String>> parse(String script) {
    List<List<String>> commands = new ArrayList<>();
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean any = false;
    char quote = 0;
    for (int i = 0; i < script.length(); i++) {
      char c = script.charAt(i);
      if (quote != 0 ? c == quote : c == '\'' || c == '"') {
        quote = quote == 0 ? c : 0;
        any = true;
      } else if (c == '$' && quote != '\'') {
        int end = i + 1;
        while (end < script.length() && Character.isJavaIdentifierPart(script.charAt(end))) {
          end++;
        }
        word.append(world.env().getOrDefault(script.substring(i + 1, end), ""));
        any = true;
        i = end - 1;
      } else if (quote == 0 && (c == ';' || c == '\n' || c == ' ')) {
        if (any) {
          words.add(word.toString());
          word.setLength(0);
          any = false;
        }
        if (c != ' ' && !words.isEmpty()) {
          commands.add(words);
          words = new ArrayList<>();
        }
      } else {
        word.append(c);
        any = true;
      }
    }
    if (any) {
      words.add(word.toString());
    }
    if (!words.isEmpty()) {
      commands.add(words);
    }
    return commands;
  }
}
