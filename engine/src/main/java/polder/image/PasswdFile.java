package polder.image;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.regex.Pattern;
import polder.linux.Bytes;
import polder.linux.Directory;
import polder.linux.Errno;
import polder.linux.FilePath;
import polder.linux.Node;
import polder.linux.RegularFile;
import polder.linux.SyscallException;
import polder.linux.Walk;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * Who "user:group" is, by a userland's own passwd(5) and group(5).
 *
 * <p>Whoever made those files may want us to hang, to run out of memory, or to take nonsense for
 * root. So they are read only if they are regular files, 10 MiB and a second at most; a word of
 * digits is always a number and never a name; a number has one spelling; whatever is in doubt is
 * refused. No line of them is run, and nothing is asked of the host's users.
 */
public final class PasswdFile {
  private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,9}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,254}\\$?");
  private static final Pattern HOME = Pattern.compile("/[\\x20-\\x39\\x3b-\\x7e]{0,4000}");
  private static final int GROUPS_AT_MOST = 1000;
  private static final long SECONDS = 1;

  private record Account(long uid, long gid, String name, String home) {}

  private final Directory root;
  private final long count;

  private PasswdFile(Directory root, long count) {
    this.root = root;
    this.count = count;
  }

  /**
   * Looks {@code user} up: a name or a number, and maybe ':' and a group's name or number.
   *
   * @param root the userland's root
   * @param count how many ids a zone has: 0 to {@code count} - 1 are allowed
   * @throws PolderException INVALID for what is no such text; NOT_FOUND for who is not there
   */
  public static UserIdentity find(Directory root, String user, long count) {
    return new PasswdFile(root, count).find(user);
  }

  private UserIdentity find(String user) {
    int colon = user.indexOf(':');
    String who = colon < 0 ? user : user.substring(0, colon);
    Optional<String> group = colon < 0 ? Optional.empty() : Optional.of(user.substring(colon + 1));
    boolean isNumber = NUMBER.matcher(who).matches();
    if (!isNumber) {
      checkName(user, who);
    }
    long uid = isNumber ? number(user, who) : -1;
    Optional<Account> account = account(who, isNumber, uid, group);
    if (account.isEmpty() && !isNumber) {
      throw new PolderException(
          ErrorKind.NOT_FOUND, "user '%s' is not in the zone's /etc/passwd".formatted(who));
    }
    long gid = group.isPresent() ? gid(user, group.get()) : account.map(Account::gid).orElse(0L);
    Set<Long> groups = new LinkedHashSet<>();
    groups.add(gid);
    if (group.isEmpty() && account.isPresent()) {
      groups.addAll(memberships(account.get().name()));
    }
    return new UserIdentity(
        isNumber ? uid : account.orElseThrow().uid(),
        gid,
        List.copyOf(groups),
        account.map(Account::home).orElse("/"));
  }

  /** For a number the file adds only what may be missing, so that a broken one locks nobody out. */
  private Optional<Account> account(
      String who, boolean isNumber, long uid, Optional<String> group) {
    try {
      return search(
          "etc/passwd",
          fields -> {
            Optional<Account> found = account(fields);
            return found.filter(a -> isNumber ? a.uid() == uid : a.name().equals(who));
          });
    } catch (PolderException e) {
      if (isNumber && (uid == 0 || group.isPresent())) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private Optional<Account> account(List<String> fields) {
    if (fields.size() != 7
        || !NUMBER.matcher(fields.get(2)).matches()
        || !NUMBER.matcher(fields.get(3)).matches()) {
      return Optional.empty();
    }
    long uid = Long.parseLong(fields.get(2));
    long gid = Long.parseLong(fields.get(3));
    if (uid >= count || gid >= count) {
      return Optional.empty();
    }
    String home = HOME.matcher(fields.get(5)).matches() ? fields.get(5) : "/";
    return Optional.of(new Account(uid, gid, fields.get(0), home));
  }

  private long gid(String user, String group) {
    if (NUMBER.matcher(group).matches()) {
      return number(user, group);
    }
    checkName(user, group);
    return search("etc/group", fields -> gid(fields).filter(_ -> fields.get(0).equals(group)))
        .orElseThrow(
            () ->
                new PolderException(
                    ErrorKind.NOT_FOUND,
                    "group '%s' is not in the zone's /etc/group".formatted(group)));
  }

  private Optional<Long> gid(List<String> fields) {
    if (fields.size() != 4 || !NUMBER.matcher(fields.get(2)).matches()) {
      return Optional.empty();
    }
    long gid = Long.parseLong(fields.get(2));
    return gid < count ? Optional.of(gid) : Optional.empty();
  }

  private Set<Long> memberships(String name) {
    Set<Long> groups = new LinkedHashSet<>();
    Optional<Boolean> none =
        search(
            "etc/group",
            fields -> {
              Optional<Long> gid = gid(fields);
              if (gid.isPresent() && List.of(fields.get(3).split(",")).contains(name)) {
                groups.add(gid.get());
              }
              return groups.size() > GROUPS_AT_MOST ? Optional.of(true) : Optional.empty();
            });
    if (none.isPresent()) {
      throw Refusal.invalid("user '%s' is in more than %d groups", name, GROUPS_AT_MOST);
    }
    return groups;
  }

  private static void checkName(String user, String name) {
    if (!NAME.matcher(name).matches()) {
      throw Refusal.invalid(
          "user '%s' is neither a name nor a plain number, alone or as user:group",
          Refusal.shown(Bytes.of(user)));
    }
  }

  private long number(String user, String text) {
    long number = Long.parseLong(text);
    if (number >= count) {
      throw Refusal.invalid("user '%s': a zone has the ids 0 to %d", user, count - 1);
    }
    return number;
  }

  /**
   * The first answer to a line's fields.
   *
   * <p>On the root's own mount nothing can hang. Beyond it may be a file system that the zone
   * serves itself, so there the reader is a thread that can be left behind.
   */
  private <T> Optional<T> search(String path, Function<List<String>, Optional<T>> question) {
    try {
      return search(path, Walk.IN_ROOT.onOneMount(), question);
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.ENOENT)) {
        return Optional.empty();
      }
      if (!e.errno().equals(Errno.EXDEV)) {
        throw Refusal.failed("cannot read the zone's /" + path, e);
      }
    }
    return withinTime(path, () -> search(path, Walk.IN_ROOT, question));
  }

  private static <T> Optional<T> withinTime(String path, Callable<Optional<T>> work) {
    FutureTask<Optional<T>> task = new FutureTask<>(work);
    Thread.ofPlatform().name("reads-" + path).daemon().start(task);
    try {
      return task.get(SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      task.cancel(true);
      throw new PolderException(
          ErrorKind.TIMED_OUT, "the zone's /" + path + " could not be read within a second", e);
    } catch (InterruptedException e) {
      task.cancel(true);
      Thread.currentThread().interrupt();
      throw new PolderException(
          ErrorKind.WRONG_STATE, "reading the zone's /" + path + " was interrupted", e);
    } catch (ExecutionException e) {
      return switch (e.getCause()) {
        case PolderException cause -> throw cause;
        case SyscallException cause when cause.errno().equals(Errno.ENOENT) -> Optional.empty();
        case SyscallException cause ->
            throw Refusal.failed("cannot read the zone's /" + path, cause);
        case null, default -> throw new IllegalStateException("cannot read /" + path, e);
      };
    }
  }

  private <T> Optional<T> search(
      String path, Walk walk, Function<List<String>, Optional<T>> question) {
    try (Node node = root.follow(FilePath.of(path), walk);
        RegularFile file = node.read()) {
      TextLines lines = new TextLines(file, "the zone's /" + path);
      for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
        Optional<T> answer = question.apply(fields(line.get()));
        if (answer.isPresent()) {
          return answer;
        }
      }
      return Optional.empty();
    }
  }

  private static List<String> fields(String line) {
    List<String> fields = new ArrayList<>();
    int from = 0;
    while (fields.size() < 8) {
      int colon = line.indexOf(':', from);
      if (colon < 0) {
        fields.add(line.substring(from));
        break;
      }
      fields.add(line.substring(from, colon));
      from = colon + 1;
    }
    return fields;
  }
}
