package polder.cli.page;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import polder.cli.call.Operand;
import polder.cli.call.Operand.Kind;
import polder.cli.call.Option;
import polder.cli.call.Usage;

/**
 * Completions for bash, zsh and fish.
 *
 * <p>Names of zones and images are asked of the host while typing; a daemon that does not run is
 * not started for that ({@code POLDER_START=no}).
 */
public final class Completions {
  /** What the host is asked for the names of each kind. */
  private static final Map<Kind, String> NAMES = new EnumMap<>(Kind.class);

  static {
    NAMES.put(Kind.ZONE, "list -H -o alias,uuid");
    NAMES.put(Kind.IMAGE, "image list -p");
    NAMES.put(Kind.DELETED, "deleted list -q");
    NAMES.put(Kind.SNAPSHOT, "snapshot list -q");
    NAMES.put(Kind.VOLUME, "volume list -q");
    NAMES.put(Kind.POOL, "pool list -q");
    NAMES.put(Kind.NETWORK, "network list -q");
    NAMES.put(Kind.BALANCE, "balance list -q");
  }

  private final List<Usage> usages;

  /** Completions for these commands. */
  public Completions(List<Usage> usages) {
    this.usages = List.copyOf(usages);
  }

  private static String ask(Kind kind) {
    return "POLDER_START=no polder " + NAMES.get(kind) + " 2>/dev/null";
  }

  private List<String> firstWords() {
    return usages.stream().map(u -> first(u.name())).distinct().toList();
  }

  private List<String> secondWords(String group) {
    return usages.stream()
        .map(Usage::name)
        .filter(name -> name.startsWith(group + " "))
        .map(name -> name.substring(group.length() + 1))
        .toList();
  }

  private List<String> groups() {
    return usages.stream()
        .map(Usage::name)
        .filter(name -> name.indexOf(' ') > 0)
        .map(Completions::first)
        .distinct()
        .toList();
  }

  private static String first(String name) {
    int space = name.indexOf(' ');
    return space < 0 ? name : name.substring(0, space);
  }

  private static String options(Usage usage) {
    return usage.options().stream()
        .flatMap(option -> option.names().stream())
        .collect(Collectors.joining(" "));
  }

  private static String valued(Usage usage) {
    return usage.options().stream()
        .filter(Option::hasValue)
        .flatMap(option -> option.names().stream())
        .collect(Collectors.joining("|"));
  }

  /** As the scripts call it: where it has names, what asks for them is called so too. */
  private static String word(Operand operand) {
    return lower(operand.kind());
  }

  private static boolean goesOn(Usage usage) {
    return !usage.operands().isEmpty() && usage.operands().getLast().most() > 1;
  }

  /** For bash 4 and newer. */
  public String bash() {
    StringBuilder script = new StringBuilder("# bash completion for polder\n");
    for (Kind each : NAMES.keySet()) {
      String filter =
          switch (each) {
            case ZONE -> " | tr -s ' ' '\\n' | grep -v '^-$'";
            case IMAGE -> " | while IFS=: read -r _ name tag _; do echo \"$name:$tag\"; done";
            default -> "";
          };
      script.append("_polder_%s() { %s%s; }\n".formatted(lower(each), ask(each), filter));
    }
    String groups = String.join("|", groups());
    script.append(
        """
        _polder() {
          local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
          local command= options= valued= operands= more= at=0 word i
          for ((i = 1; i < COMP_CWORD; i++)); do
            word=${COMP_WORDS[i]}
            case $word in -*) continue ;; esac
            command=${command:+$command }$word
            case $command in %s) ;; *) break ;; esac
          done
          case $command in
            '') COMPREPLY=($(compgen -W '%s --help --version' -- "$cur")); return ;;
        """
            .formatted(groups, String.join(" ", firstWords())));
    for (String group : groups()) {
      script.append(
          "    %s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n"
              .formatted(group, String.join(" ", secondWords(group))));
    }
    for (Usage usage : usages) {
      script.append(
          "    '%s') options='%s' valued='|%s|' operands='%s' more=%s ;;\n"
              .formatted(
                  usage.name(),
                  options(usage),
                  valued(usage),
                  usage.operands().stream().map(Completions::word).collect(Collectors.joining(" ")),
                  goesOn(usage) ? "yes" : ""));
    }
    script.append(
        """
          esac
          if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$cur")); return; fi
          if [[ $valued == *"|$previous|"* ]]; then COMPREPLY=($(compgen -f -- "$cur")); return; fi
          for ((i++; i < COMP_CWORD; i++)); do
            word=${COMP_WORDS[i]}
            if [[ $valued == *"|$word|"* ]]; then i=$((i + 1))
            elif [[ $word != -* ]]; then at=$((at + 1)); fi
          done
          local -a all=($operands)
          if [[ $more ]] && ((at >= ${#all[@]})); then at=$((${#all[@]} - 1)); fi
          case ${all[at]} in
            %s) COMPREPLY=($(compgen -W "$(_polder_${all[at]})" -- "$cur")) ;;
            source) COMPREPLY=($(compgen -W "$(_polder_zone; _polder_snapshot)" -- "$cur")) ;;
            file) COMPREPLY=($(compgen -f -- "$cur")) ;;
            place) COMPREPLY=($(compgen -f -- "$cur") $(compgen -S : -W "$(_polder_zone)" -- "$cur")) ;;
            command) COMPREPLY=($(compgen -W '%s' -- "$cur")) ;;
            shell) COMPREPLY=($(compgen -W 'bash zsh fish' -- "$cur")) ;;
          esac
          declare -F __ltrim_colon_completions >/dev/null && __ltrim_colon_completions "$cur"
          return 0
        }
        complete -o filenames -o bashdefault -F _polder polder
        """
            .formatted(
                NAMES.keySet().stream().map(Completions::lower).collect(Collectors.joining("|")),
                String.join(" ", firstWords())));
    return script.toString();
  }

  private static String lower(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  /** For zsh 5 and newer. */
  public String zsh() {
    StringBuilder script = new StringBuilder("#compdef polder\n# zsh completion for polder\n");
    for (Kind each : NAMES.keySet()) {
      String names =
          switch (each) {
            case ZONE -> "names=(${=\"$(%s)\"})\n  names=(${names:#-})";
            case IMAGE -> "names=(${(f)\"$(%s | cut -d: -f2,3)\"})";
            default -> "names=(${(f)\"$(%s)\"})";
          };
      script.append(
          "_polder_%s() {\n  local -a names\n  %s\n  compadd -a names\n}\n"
              .formatted(lower(each), names.formatted(ask(each))));
    }
    script.append("_polder_source() {\n  _polder_zone\n  _polder_snapshot\n}\n");
    script.append("_polder() {\n  local -a commands\n");
    script.append("  if (( CURRENT == 2 )); then\n    commands=(\n");
    for (String word : firstWords()) {
      script
          .append("      '")
          .append(word)
          .append(':')
          .append(zshText(summary(word)))
          .append("'\n");
    }
    script.append("    )\n    _describe command commands\n    return\n  fi\n");
    script.append("  local command=$words[2]\n  integer skip=1\n");
    for (String group : groups()) {
      script.append("  if [[ $command == ").append(group).append(" ]]; then\n");
      script.append("    if (( CURRENT == 3 )); then compadd ");
      script.append(String.join(" ", secondWords(group))).append("; return; fi\n");
      script.append("    command=\"$command $words[3]\"; skip=2\n  fi\n");
    }
    script.append("  shift $skip words; (( CURRENT -= skip ))\n");
    script.append("  case $command in\n");
    for (Usage usage : usages) {
      script.append("    '").append(usage.name()).append("') _arguments -s -S");
      for (Option option : usage.options()) {
        for (String name : option.names()) {
          script.append(" \\\n      '").append(option.many() ? "*" : "").append(name);
          script.append(option.hasValue() && name.startsWith("--") ? "=" : "");
          script.append('[').append(zshText(option.meaning())).append(']');
          if (option.hasValue()) {
            script.append(':').append(zshText(option.value())).append(":_files");
          }
          script.append('\'');
        }
      }
      zshOperands(usage).forEach(each -> script.append(" \\\n      '").append(each).append('\''));
      script.append(" ;;\n");
    }
    script.append("  esac\n}\n_polder \"$@\"\n");
    return script.toString();
  }

  /** A specification for each operand, by its place. */
  private static List<String> zshOperands(Usage usage) {
    List<String> specs = new ArrayList<>();
    for (Operand each : usage.operands()) {
      String action =
          switch (each.kind()) {
            case SOURCE -> "_polder_source";
            case FILE, PLACE -> "_files";
            case SHELL -> "(bash zsh fish)";
            case COMMAND, TEXT -> " ";
            default -> "_polder_" + word(each);
          };
      String place = each.most() > 1 ? "*" : String.valueOf(specs.size() + 1);
      specs.add(place + ":" + zshText(each.name()) + ":" + action);
    }
    return specs;
  }

  private static String zshText(String text) {
    return text.replace("'", "").replace("[", "(").replace("]", ")").replace(":", "\\:");
  }

  private String summary(String word) {
    return usages.stream()
        .filter(usage -> usage.name().equals(word))
        .map(Usage::summary)
        .findFirst()
        .orElse("act on " + (word.equals("deleted") ? "deleted zones" : word + "s"));
  }

  /** For fish 3 and newer. */
  public String fish() {
    StringBuilder script = new StringBuilder("# fish completion for polder\n");
    for (Kind each : NAMES.keySet()) {
      String filter =
          switch (each) {
            case ZONE -> " | string split -n ' ' | string match -v -- -";
            case IMAGE -> " | string replace -r '^[^:]*:([^:]*):([^:]*):.*' '$1:$2'";
            default -> "";
          };
      script.append(
          "function __polder_%s\n  env %s%s\nend\n".formatted(lower(each), ask(each), filter));
    }
    script.append(
        """
        function __polder_at
          set -l words (commandline -opc)
          set -l typed
          for word in $words[2..]
            string match -q -- '-*' $word; or set -a typed $word
          end
          set -l wanted (string split ' ' -- $argv[1])
          set -l length (count $wanted)
          test (count $typed) -ge $length; or return 1
          test "$typed[1..$length]" = "$wanted"; or return 1
          set -q argv[2]; or return 0
          set -l operands (math (count $typed) - $length)
          test $operands -eq $argv[2]; and return 0
          set -q argv[3]; and test $operands -gt $argv[2]
        end
        complete -c polder -f
        """);
    for (String word : firstWords()) {
      script.append("complete -c polder -n __fish_use_subcommand -a ").append(word);
      script.append(" -d '").append(fishText(summary(word))).append("'\n");
    }
    for (String group : groups()) {
      script.append("complete -c polder -n '__polder_at ").append(group).append(" 0' -a '");
      script.append(String.join(" ", secondWords(group))).append("'\n");
    }
    for (Usage usage : usages) {
      String at = "complete -c polder -n '__polder_at \"" + usage.name() + "\"'";
      for (Option option : usage.options()) {
        script.append(at);
        for (String name : option.names()) {
          script.append(name.startsWith("--") ? " -l " : " -s ");
          script.append(name.replaceFirst("^--?", ""));
        }
        script.append(option.hasValue() ? " -r -F" : "");
        script.append(" -d '").append(fishText(option.meaning())).append("'\n");
      }
      for (int i = 0; i < usage.operands().size(); i++) {
        Operand operand = usage.operands().get(i);
        String words =
            switch (operand.kind()) {
              case SOURCE -> " -a '(__polder_zone; __polder_snapshot)'";
              case FILE -> " -F";
              case PLACE -> " -F -a '(__polder_zone):'";
              case SHELL -> " -a 'bash zsh fish'";
              case COMMAND, TEXT -> "";
              default -> " -a '(__polder_" + word(operand) + ")'";
            };
        if (!words.isEmpty()) {
          script.append(
              "complete -c polder -n '__polder_at \"%s\" %d%s'%s\n"
                  .formatted(usage.name(), i, operand.most() > 1 ? " more" : "", words));
        }
      }
    }
    return script.toString();
  }

  private static String fishText(String text) {
    return text.replace("\\", "\\\\").replace("'", "\\'");
  }
}
