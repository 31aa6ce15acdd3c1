package polder.cli.page;

import java.util.List;
import java.util.stream.Collectors;
import polder.cli.call.Operand;
import polder.cli.call.Option;
import polder.cli.call.Usage;

/**
 * Completions for bash, zsh and fish.
 *
 * <p>Names of zones and images are asked of the host while typing; a daemon that does not run is
 * not started for that ({@code POLDER_START=no}).
 */
public final class Completions {
  private static final String ZONES = "POLDER_START=no polder list -H -o alias,uuid 2>/dev/null";
  private static final String DELETED = "POLDER_START=no polder deleted list -q 2>/dev/null";
  private static final String SNAPSHOTS = "POLDER_START=no polder snapshot list -q 2>/dev/null";
  private static final String VOLUMES = "POLDER_START=no polder volume list -q 2>/dev/null";
  private static final String POOLS = "POLDER_START=no polder pool list -q 2>/dev/null";
  private static final String BALANCES = "POLDER_START=no polder balance list -q 2>/dev/null";
  private static final String NETWORKS = "POLDER_START=no polder network list -q 2>/dev/null";
  private static final String IMAGES = "POLDER_START=no polder image list -p 2>/dev/null";

  private final List<Usage> usages;

  /** Completions for these commands. */
  public Completions(List<Usage> usages) {
    this.usages = List.copyOf(usages);
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

  /** What the words after the command are, as one word for the scripts. */
  private static String kind(Usage usage) {
    if (usage.operands().isEmpty()) {
      return "none";
    }
    Operand operand = usage.operands().getFirst();
    return switch (operand.kind()) {
      case ZONE -> operand.most() > 1 ? "zones" : "zone";
      case DELETED -> operand.most() > 1 ? "deleteds" : "deleted";
      case SNAPSHOT -> operand.most() > 1 ? "snapshots" : "snapshot";
      case SOURCE -> "source";
      case IMAGE -> operand.most() > 1 ? "images" : "image";
      case POOL -> operand.most() > 1 ? "pools" : "pool";
      case VOLUME -> operand.most() > 1 ? "volumes" : "volume";
      case BALANCE -> operand.most() > 1 ? "balances" : "balance";
      case NETWORK -> operand.most() > 1 ? "networks" : "network";
      case FILE -> "file";
      case PLACE -> "place";
      case COMMAND -> "command";
      case SHELL -> "shell";
      case TEXT -> "none";
    };
  }

  /** For bash 4 and newer. */
  public String bash() {
    StringBuilder script = new StringBuilder("# bash completion for polder\n");
    script
        .append("_polder_zones() { ")
        .append(ZONES)
        .append(" | tr -s ' ' '\\n' | grep -v '^-$'; }\n");
    script
        .append("_polder_images() { ")
        .append(IMAGES)
        .append(" | while IFS=: read -r _ name tag _; do echo \"$name:$tag\"; done; }\n");
    script.append("_polder_pools() { ").append(POOLS).append("; }\n");
    script.append("_polder_deleted() { ").append(DELETED).append("; }\n");
    script.append("_polder_snapshots() { ").append(SNAPSHOTS).append("; }\n");
    script.append("_polder_volumes() { ").append(VOLUMES).append("; }\n");
    script.append("_polder_networks() { ").append(NETWORKS).append("; }\n");
    script.append("_polder_balances() { ").append(BALANCES).append("; }\n");
    script.append("_polder() {\n");
    script.append("  local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n");
    script.append("  local command= options= valued= kind=none seen=0 word i\n");
    script.append("  for ((i = 1; i < COMP_CWORD; i++)); do\n");
    script.append("    word=${COMP_WORDS[i]}\n");
    script.append("    case $word in -*) continue ;; esac\n");
    script.append("    if [[ -z $command ]]; then command=$word\n");
    for (String group : groups()) {
      script.append("    elif [[ $command == ").append(group).append(" ]]; then command=\"");
      script.append(group).append(" $word\"\n");
    }
    script.append("    else seen=$((seen + 1)); fi\n");
    script.append("  done\n");
    script.append("  case $command in\n");
    script.append("    '') COMPREPLY=($(compgen -W '");
    script
        .append(String.join(" ", firstWords()))
        .append(" --help --version' -- \"$cur\")); return ;;\n");
    for (String group : groups()) {
      script.append("    ").append(group).append(") COMPREPLY=($(compgen -W '");
      script.append(String.join(" ", secondWords(group))).append("' -- \"$cur\")); return ;;\n");
    }
    for (Usage usage : usages) {
      script.append("    '").append(usage.name()).append("') options='").append(options(usage));
      script.append("' valued='|").append(valued(usage)).append("|' kind=").append(kind(usage));
      script.append(" ;;\n");
    }
    script.append("  esac\n");
    script.append("  if [[ $cur == -* ]]; then\n");
    script.append("    COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n");
    script.append("    return\n");
    script.append("  fi\n");
    script.append(
        "  if [[ $valued == *\"|$previous|\"* ]]; then COMPREPLY=($(compgen -f -- \"$cur\")); return; fi\n");
    script.append("  case $kind in\n");
    script.append(
        "    zone) ((seen == 0)) && COMPREPLY=($(compgen -W \"$(_polder_zones)\" -- \"$cur\")) ;;\n");
    script.append("    zones) COMPREPLY=($(compgen -W \"$(_polder_zones)\" -- \"$cur\")) ;;\n");
    script.append(
        "    image) ((seen == 0)) && COMPREPLY=($(compgen -W \"$(_polder_images)\" -- \"$cur\")) ;;\n");
    script.append("    images) COMPREPLY=($(compgen -W \"$(_polder_images)\" -- \"$cur\")) ;;\n");
    script.append(
        "    deleted) ((seen == 0)) && COMPREPLY=($(compgen -W \"$(_polder_deleted)\" -- \"$cur\")) ;;\n");
    script.append(
        "    deleteds) COMPREPLY=($(compgen -W \"$(_polder_deleted)\" -- \"$cur\")) ;;\n");
    script.append(
        "    snapshot) ((seen == 0)) && COMPREPLY=($(compgen -W \"$(_polder_snapshots)\" -- \"$cur\")) ;;\n");
    script.append(
        "    snapshots) COMPREPLY=($(compgen -W \"$(_polder_snapshots)\" -- \"$cur\")) ;;\n");
    script.append(
        "    source) ((seen == 0)) && COMPREPLY=($(compgen -W \"$(_polder_zones; _polder_snapshots)\" -- \"$cur\")) ;;\n");
    script.append(
        "    pool) ((seen == 0)) && COMPREPLY=($(compgen -W \"$(_polder_pools)\" -- \"$cur\")) ;;\n");
    script.append("    pools) COMPREPLY=($(compgen -W \"$(_polder_pools)\" -- \"$cur\")) ;;\n");
    script.append(
        "    volume) ((seen == 0)) && COMPREPLY=($(compgen -W \"$(_polder_volumes)\" -- \"$cur\")) ;;\n");
    script.append("    volumes) COMPREPLY=($(compgen -W \"$(_polder_volumes)\" -- \"$cur\")) ;;\n");
    script.append(
        "    network) ((seen == 0)) && COMPREPLY=($(compgen -W \"$(_polder_networks)\" -- \"$cur\")) ;;\n");
    script.append(
        "    networks) COMPREPLY=($(compgen -W \"$(_polder_networks)\" -- \"$cur\")) ;;\n");
    script.append("    file) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n");
    script.append(
        "    place) COMPREPLY=($(compgen -f -- \"$cur\") $(compgen -S : -W \"$(_polder_zones)\" -- \"$cur\")) ;;\n");
    script.append("    command) COMPREPLY=($(compgen -W '").append(String.join(" ", firstWords()));
    script.append("' -- \"$cur\")) ;;\n");
    script.append("    shell) COMPREPLY=($(compgen -W 'bash zsh fish' -- \"$cur\")) ;;\n");
    script.append("  esac\n");
    script.append(
        "  declare -F __ltrim_colon_completions >/dev/null && __ltrim_colon_completions \"$cur\"\n");
    script.append("  return 0\n");
    script.append("}\n");
    script.append("complete -o filenames -o bashdefault -F _polder polder\n");
    return script.toString();
  }

  /** For zsh 5 and newer. */
  public String zsh() {
    StringBuilder script = new StringBuilder("#compdef polder\n# zsh completion for polder\n");
    script.append("_polder_zones() {\n  local -a names\n  names=(${=\"$(").append(ZONES);
    script.append(")\"})\n  names=(${names:#-})\n  compadd -a names\n}\n");
    script.append("_polder_images() {\n  local -a names\n  names=(${(f)\"$(").append(IMAGES);
    script.append(" | cut -d: -f2,3)\"})\n  compadd -a names\n}\n");
    script.append("_polder_pools() {\n  local -a names\n  names=(${(f)\"$(").append(POOLS);
    script.append(")\"})\n  compadd -a names\n}\n");
    script.append("_polder_deleted() {\n  local -a names\n  names=(${(f)\"$(").append(DELETED);
    script.append(")\"})\n  compadd -a names\n}\n");
    script.append("_polder_snapshots() {\n  local -a names\n  names=(${(f)\"$(").append(SNAPSHOTS);
    script.append(")\"})\n  compadd -a names\n}\n");
    script.append("_polder_volumes() {\n  local -a names\n  names=(${(f)\"$(").append(VOLUMES);
    script.append(")\"})\n  compadd -a names\n}\n");
    script.append("_polder_networks() {\n  local -a names\n  names=(${(f)\"$(").append(NETWORKS);
    script.append(")\"})\n  compadd -a names\n}\n");
    script.append("_polder_balances() {\n  local -a names\n  names=(${(f)\"$(").append(BALANCES);
    script.append(")\"})\n  compadd -a names\n}\n");
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
      script.append(zshOperands(usage)).append(" ;;\n");
    }
    script.append("  esac\n}\n_polder \"$@\"\n");
    return script.toString();
  }

  private static String zshOperands(Usage usage) {
    String action =
        switch (kind(usage)) {
          case "zone" -> "1:zone:_polder_zones";
          case "zones" -> "*:zone:_polder_zones";
          case "image" -> "1:image:_polder_images";
          case "images" -> "*:image:_polder_images";
          case "deleted" -> "1:deleted zone:_polder_deleted";
          case "deleteds" -> "*:deleted zone:_polder_deleted";
          case "snapshot" -> "1:snapshot:_polder_snapshots";
          case "snapshots" -> "*:snapshot:_polder_snapshots";
          case "source" -> "1:source:{_polder_zones; _polder_snapshots}";
          case "pool" -> "1:pool:_polder_pools";
          case "network" -> "1:network:_polder_networks";
          case "pools" -> "*:pool:_polder_pools";
          case "volume" -> "1:volume:_polder_volumes";
          case "volumes" -> "*:volume:_polder_volumes";
          case "networks" -> "*:network:_polder_networks";
          case "file", "place" -> "*:file:_files";
          case "shell" -> "1:shell:(bash zsh fish)";
          default -> "";
        };
    return action.isEmpty() ? "" : " \\\n      '" + action + "'";
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
    script.append("function __polder_zones\n  ").append("env ").append(ZONES);
    script.append(" | string split -n ' ' | string match -v -- -\nend\n");
    script.append("function __polder_images\n  ").append("env ").append(IMAGES);
    script.append(" | string replace -r '^[^:]*:([^:]*):([^:]*):.*' '$1:$2'\nend\n");
    script.append("function __polder_pools\n  ").append("env ").append(POOLS).append("\nend\n");
    script.append("function __polder_deleted\n  ").append("env ").append(DELETED);
    script.append("\nend\n");
    script.append("function __polder_snapshots\n  ").append("env ").append(SNAPSHOTS);
    script.append("\nend\n");
    script.append("function __polder_volumes\n  ").append("env ").append(VOLUMES);
    script.append("\nend\n");
    script
        .append("function __polder_networks\n  ")
        .append("env ")
        .append(NETWORKS)
        .append("\nend\n");
    script
        .append("function __polder_balances\n  ")
        .append("env ")
        .append(BALANCES)
        .append("\nend\n");
    script.append("function __polder_at\n  set -l words (commandline -opc)\n");
    script.append("  set -l typed\n  for word in $words[2..]\n");
    script.append("    string match -q -- '-*' $word; or set -a typed $word\n  end\n");
    script.append("  set -l wanted (string split ' ' -- $argv[1])\n");
    script.append("  test (count $typed) -ge (count $wanted); or return 1\n");
    script.append("  test \"$typed[1..\"(count $wanted)\"]\" = \"$wanted\"\nend\n");
    script.append("complete -c polder -f\n");
    for (String word : firstWords()) {
      script.append("complete -c polder -n __fish_use_subcommand -a ").append(word);
      script.append(" -d '").append(fishText(summary(word))).append("'\n");
    }
    for (String group : groups()) {
      script.append("complete -c polder -n '__polder_at ").append(group).append("' -a '");
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
      String words =
          switch (kind(usage)) {
            case "zone", "zones" -> " -a '(__polder_zones)'";
            case "image", "images" -> " -a '(__polder_images)'";
            case "deleted", "deleteds" -> " -a '(__polder_deleted)'";
            case "snapshot", "snapshots" -> " -a '(__polder_snapshots)'";
            case "source" -> " -a '(__polder_zones; __polder_snapshots)'";
            case "pool", "pools" -> " -a '(__polder_pools)'";
            case "volume", "volumes" -> " -a '(__polder_volumes)'";
            case "network", "networks" -> " -a '(__polder_networks)'";
            case "file" -> " -F";
            case "place" -> " -F -a '(__polder_zones):'";
            case "shell" -> " -a 'bash zsh fish'";
            default -> "";
          };
      if (!words.isEmpty()) {
        script.append(at).append(words).append('\n');
      }
    }
    return script.toString();
  }

  private static String fishText(String text) {
    return text.replace("\\", "\\\\").replace("'", "\\'");
  }
}
