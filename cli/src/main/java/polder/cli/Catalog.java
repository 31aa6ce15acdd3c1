package polder.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import polder.cli.balance.BalanceCreate;
import polder.cli.balance.BalanceDelete;
import polder.cli.balance.BalanceGet;
import polder.cli.balance.BalanceList;
import polder.cli.balance.BalanceUpdateCommand;
import polder.cli.call.Command;
import polder.cli.call.Usage;
import polder.cli.deleted.DeletedDelete;
import polder.cli.deleted.DeletedGet;
import polder.cli.deleted.DeletedList;
import polder.cli.firewall.FirewallAdd;
import polder.cli.firewall.FirewallDelete;
import polder.cli.firewall.FirewallForget;
import polder.cli.firewall.FirewallGet;
import polder.cli.firewall.FirewallList;
import polder.cli.firewall.FirewallRemotes;
import polder.cli.firewall.FirewallRules;
import polder.cli.firewall.FirewallStats;
import polder.cli.firewall.FirewallStatus;
import polder.cli.firewall.FirewallSwitch;
import polder.cli.firewall.FirewallTestCommand;
import polder.cli.firewall.FirewallUpdateCommand;
import polder.cli.firewall.FirewallZones;
import polder.cli.host.DoctorCommand;
import polder.cli.host.EventsCommand;
import polder.cli.host.FsckCommand;
import polder.cli.host.InfoCommand;
import polder.cli.host.SchemaCommand;
import polder.cli.image.ImageBuild;
import polder.cli.image.ImageCreate;
import polder.cli.image.ImageDelete;
import polder.cli.image.ImageExport;
import polder.cli.image.ImageGet;
import polder.cli.image.ImageImport;
import polder.cli.image.ImageList;
import polder.cli.image.ImagePrune;
import polder.cli.image.ImagePull;
import polder.cli.image.ImagePush;
import polder.cli.image.ImageTag;
import polder.cli.image.ImageUsageCommand;
import polder.cli.network.NetworkCreate;
import polder.cli.network.NetworkDelete;
import polder.cli.network.NetworkGet;
import polder.cli.network.NetworkList;
import polder.cli.network.NetworkTop;
import polder.cli.network.NetworkUpdateCommand;
import polder.cli.network.NicAdd;
import polder.cli.network.NicList;
import polder.cli.network.NicRemove;
import polder.cli.pool.AdoptCommand;
import polder.cli.pool.PoolCreate;
import polder.cli.pool.PoolDelete;
import polder.cli.pool.PoolGet;
import polder.cli.pool.PoolGrow;
import polder.cli.pool.PoolImport;
import polder.cli.pool.PoolList;
import polder.cli.pool.PoolScrub;
import polder.cli.pool.PoolTrim;
import polder.cli.snapshot.SnapshotCreate;
import polder.cli.snapshot.SnapshotDelete;
import polder.cli.snapshot.SnapshotGet;
import polder.cli.snapshot.SnapshotList;
import polder.cli.snapshot.SnapshotRollback;
import polder.cli.transfer.ExportCommand;
import polder.cli.transfer.ImportCommand;
import polder.cli.transfer.ReceiveCommand;
import polder.cli.transfer.SendCommand;
import polder.cli.vm.VmInfo;
import polder.cli.vm.VmNmi;
import polder.cli.vm.VmReset;
import polder.cli.vm.VmScreenshot;
import polder.cli.volume.VolumeCreate;
import polder.cli.volume.VolumeDelete;
import polder.cli.volume.VolumeGet;
import polder.cli.volume.VolumeList;
import polder.cli.volume.VolumeResize;
import polder.cli.volume.VolumeRollback;
import polder.cli.volume.VolumeSchedule;
import polder.cli.volume.VolumeSnapshot;
import polder.cli.volume.VolumeSnapshotList;
import polder.cli.zone.AttachCommand;
import polder.cli.zone.CloneCommand;
import polder.cli.zone.ConsoleCommand;
import polder.cli.zone.CopyCommand;
import polder.cli.zone.CreateCommand;
import polder.cli.zone.DeleteCommand;
import polder.cli.zone.ExecCommand;
import polder.cli.zone.GetCommand;
import polder.cli.zone.KillCommand;
import polder.cli.zone.ListCommand;
import polder.cli.zone.LogsCommand;
import polder.cli.zone.LookupCommand;
import polder.cli.zone.PauseCommand;
import polder.cli.zone.RebootCommand;
import polder.cli.zone.RenameCommand;
import polder.cli.zone.ResumeCommand;
import polder.cli.zone.RunCommand;
import polder.cli.zone.StartCommand;
import polder.cli.zone.StopCommand;
import polder.cli.zone.UndeleteCommand;
import polder.cli.zone.UpdateCommand;
import polder.cli.zone.WaitCommand;

/** All commands by name. Only the one that is asked for is loaded. */
final class Catalog {
  /** The first words of commands that have two. */
  static final List<String> GROUPS =
      List.of(
          "deleted",
          "vm",
          "snapshot",
          "image",
          "pool",
          "volume",
          "network",
          "nic",
          "balance",
          "firewall");

  /** The commands, as help lists them. */
  static final List<String> NAMES =
      List.of(
          "run",
          "create",
          "clone",
          "start",
          "stop",
          "reboot",
          "delete",
          "undelete",
          "update",
          "rename",
          "get",
          "list",
          "lookup",
          "exec",
          "console",
          "attach",
          "logs",
          "cp",
          "kill",
          "pause",
          "resume",
          "wait",
          "deleted list",
          "deleted get",
          "deleted delete",
          "vm info",
          "vm reset",
          "vm nmi",
          "vm screenshot",
          "snapshot create",
          "snapshot list",
          "snapshot get",
          "snapshot rollback",
          "snapshot delete",
          "send",
          "receive",
          "export",
          "import",
          "adopt",
          "image pull",
          "image push",
          "image create",
          "image import",
          "image export",
          "image build",
          "image list",
          "image get",
          "image tag",
          "image delete",
          "image usage",
          "image prune",
          "pool create",
          "pool list",
          "pool get",
          "pool grow",
          "pool scrub",
          "pool trim",
          "pool import",
          "pool delete",
          "volume create",
          "volume list",
          "volume get",
          "volume resize",
          "volume schedule",
          "volume snapshot",
          "volume snapshots",
          "volume rollback",
          "volume delete",
          "network create",
          "network list",
          "network get",
          "network update",
          "network delete",
          "network top",
          "nic add",
          "nic list",
          "nic remove",
          "balance create",
          "balance list",
          "balance get",
          "balance update",
          "balance delete",
          "firewall add",
          "firewall list",
          "firewall get",
          "firewall update",
          "firewall delete",
          "firewall enable",
          "firewall disable",
          "firewall rules",
          "firewall zones",
          "firewall test",
          "firewall status",
          "firewall stats",
          "firewall remotes",
          "firewall forget",
          "events",
          "info",
          "doctor",
          "fsck",
          "schema",
          "daemon",
          "demo",
          "bench",
          "compare",
          "completion",
          "version",
          "help");

  private static final Map<String, String> ALIASES = aliases();

  private Catalog() {}

  /** Other words for commands: SmartOS's and Docker's. */
  private static Map<String, String> aliases() {
    Map<String, String> aliases = new LinkedHashMap<>();
    aliases.put("boot", "start");
    aliases.put("halt", "stop");
    aliases.put("restart", "reboot");
    aliases.put("rm", "delete");
    aliases.put("destroy", "delete");
    aliases.put("inspect", "get");
    aliases.put("json", "get");
    aliases.put("ls", "list");
    aliases.put("ps", "list");
    aliases.put("copy", "cp");
    aliases.put("unpause", "resume");
    aliases.put("deleted ls", "deleted list");
    aliases.put("deleted rm", "deleted delete");
    aliases.put("deleted inspect", "deleted get");
    aliases.put("reset", "vm reset");
    aliases.put("nmi", "vm nmi");
    aliases.put("rollback", "snapshot rollback");
    aliases.put("snapshot ls", "snapshot list");
    aliases.put("snapshot rm", "snapshot delete");
    aliases.put("pull", "image pull");
    aliases.put("push", "image push");
    aliases.put("image ls", "image list");
    aliases.put("image rm", "image delete");
    aliases.put("image inspect", "image get");
    aliases.put("image vacuum", "image prune");
    aliases.put("pool ls", "pool list");
    aliases.put("pool rm", "pool delete");
    aliases.put("pool destroy", "pool delete");
    aliases.put("pool inspect", "pool get");
    aliases.put("volume ls", "volume list");
    aliases.put("volume rm", "volume delete");
    aliases.put("volume inspect", "volume get");
    aliases.put("network ls", "network list");
    aliases.put("network rm", "network delete");
    aliases.put("network inspect", "network get");
    aliases.put("nic ls", "nic list");
    aliases.put("nic rm", "nic remove");
    aliases.put("nic delete", "nic remove");
    aliases.put("balance ls", "balance list");
    aliases.put("balance rm", "balance delete");
    aliases.put("balance inspect", "balance get");
    aliases.put("firewall ls", "firewall list");
    aliases.put("firewall rm", "firewall delete");
    aliases.put("firewall vms", "firewall zones");
    aliases.put("firewall list-rvms", "firewall remotes");
    aliases.put("firewall delete-rvm", "firewall forget");
    return aliases;
  }

  /** The command of that name or alias; null if there is none. */
  static @Nullable Command find(String typed) {
    String name = ALIASES.getOrDefault(typed, typed);
    return switch (name) {
      case "run" -> new RunCommand();
      case "create" -> new CreateCommand();
      case "clone" -> new CloneCommand();
      case "start" -> new StartCommand();
      case "stop" -> new StopCommand();
      case "reboot" -> new RebootCommand();
      case "delete" -> new DeleteCommand();
      case "undelete" -> new UndeleteCommand();
      case "update" -> new UpdateCommand();
      case "rename" -> new RenameCommand();
      case "get" -> new GetCommand();
      case "list" -> new ListCommand();
      case "lookup" -> new LookupCommand();
      case "exec" -> new ExecCommand();
      case "console" -> new ConsoleCommand();
      case "attach" -> new AttachCommand();
      case "logs" -> new LogsCommand();
      case "cp" -> new CopyCommand();
      case "kill" -> new KillCommand();
      case "pause" -> new PauseCommand();
      case "resume" -> new ResumeCommand();
      case "wait" -> new WaitCommand();
      case "deleted list" -> new DeletedList();
      case "deleted get" -> new DeletedGet();
      case "deleted delete" -> new DeletedDelete();
      case "vm info" -> new VmInfo();
      case "vm reset" -> new VmReset();
      case "vm nmi" -> new VmNmi();
      case "vm screenshot" -> new VmScreenshot();
      case "snapshot create" -> new SnapshotCreate();
      case "snapshot list" -> new SnapshotList();
      case "snapshot get" -> new SnapshotGet();
      case "snapshot rollback" -> new SnapshotRollback();
      case "snapshot delete" -> new SnapshotDelete();
      case "send" -> new SendCommand();
      case "receive" -> new ReceiveCommand();
      case "export" -> new ExportCommand();
      case "import" -> new ImportCommand();
      case "adopt" -> new AdoptCommand();
      case "image pull" -> new ImagePull();
      case "image push" -> new ImagePush();
      case "image create" -> new ImageCreate();
      case "image import" -> new ImageImport();
      case "image export" -> new ImageExport();
      case "image build" -> new ImageBuild();
      case "image list" -> new ImageList();
      case "image get" -> new ImageGet();
      case "image tag" -> new ImageTag();
      case "image delete" -> new ImageDelete();
      case "image usage" -> new ImageUsageCommand();
      case "image prune" -> new ImagePrune();
      case "pool create" -> new PoolCreate();
      case "pool list" -> new PoolList();
      case "pool get" -> new PoolGet();
      case "pool grow" -> new PoolGrow();
      case "pool scrub" -> new PoolScrub();
      case "pool trim" -> new PoolTrim();
      case "pool import" -> new PoolImport();
      case "pool delete" -> new PoolDelete();
      case "volume create" -> new VolumeCreate();
      case "volume list" -> new VolumeList();
      case "volume get" -> new VolumeGet();
      case "volume resize" -> new VolumeResize();
      case "volume schedule" -> new VolumeSchedule();
      case "volume snapshot" -> new VolumeSnapshot();
      case "volume snapshots" -> new VolumeSnapshotList();
      case "volume rollback" -> new VolumeRollback();
      case "volume delete" -> new VolumeDelete();
      case "network create" -> new NetworkCreate();
      case "network list" -> new NetworkList();
      case "network get" -> new NetworkGet();
      case "network update" -> new NetworkUpdateCommand();
      case "network delete" -> new NetworkDelete();
      case "network top" -> new NetworkTop();
      case "nic add" -> new NicAdd();
      case "nic list" -> new NicList();
      case "nic remove" -> new NicRemove();
      case "balance create" -> new BalanceCreate();
      case "balance list" -> new BalanceList();
      case "balance get" -> new BalanceGet();
      case "balance update" -> new BalanceUpdateCommand();
      case "balance delete" -> new BalanceDelete();
      case "firewall add" -> new FirewallAdd();
      case "firewall list" -> new FirewallList();
      case "firewall get" -> new FirewallGet();
      case "firewall update" -> new FirewallUpdateCommand();
      case "firewall delete" -> new FirewallDelete();
      case "firewall enable" -> FirewallSwitch.enable();
      case "firewall disable" -> FirewallSwitch.disable();
      case "firewall rules" -> new FirewallRules();
      case "firewall zones" -> new FirewallZones();
      case "firewall test" -> new FirewallTestCommand();
      case "firewall status" -> new FirewallStatus();
      case "firewall stats" -> new FirewallStats();
      case "firewall remotes" -> new FirewallRemotes();
      case "firewall forget" -> new FirewallForget();
      case "events" -> new EventsCommand();
      case "info" -> new InfoCommand();
      case "doctor" -> new DoctorCommand();
      case "fsck" -> new FsckCommand();
      case "schema" -> new SchemaCommand();
      case "daemon" -> LauncherCommand.daemon();
      case "demo" -> LauncherCommand.demo();
      case "bench" -> LauncherCommand.bench();
      case "compare" -> LauncherCommand.compare();
      case "completion" -> new CompletionCommand();
      case "version" -> new VersionCommand();
      case "help" -> new HelpCommand();
      default -> null;
    };
  }

  /** Whether the command of that name or alias asks a host. */
  static boolean asksHost(String typed) {
    return switch (ALIASES.getOrDefault(typed, typed)) {
      case "schema", "daemon", "demo", "bench", "compare", "completion", "version", "help" -> false;
      default -> true;
    };
  }

  /** How all commands are typed, as help lists them. */
  static List<Usage> usages() {
    List<Usage> usages = new ArrayList<>();
    for (String name : NAMES) {
      Command command = find(name);
      if (command != null) {
        usages.add(command.usage());
      }
    }
    return usages;
  }

  /** The other words for a command. */
  static List<String> aliases(String name) {
    return ALIASES.entrySet().stream()
        .filter(entry -> entry.getValue().equals(name))
        .map(Map.Entry::getKey)
        .toList();
  }
}
