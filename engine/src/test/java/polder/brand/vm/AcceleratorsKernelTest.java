package polder.brand.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.brand.IdRange;
import polder.brand.zone.CageBrand;
import polder.engine.Figures;
import polder.linux.CgroupHost;
import polder.linux.DeviceNumber;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.FileType;
import polder.linux.Launcher;
import polder.model.Finding;
import polder.model.PolderException;

@Tag("kernel")
class AcceleratorsKernelTest {
  private static final IdRange IDS = new IdRange(1_900_000_000L, 65_536);
  private static final byte[] STUCK = {(byte) 0xeb, (byte) 0xfe}; // jmp $
  private static final byte[] FAULTY = {
    0x0f,
    0x01,
    0x1e,
    0,
    0, // lidt 0: no table of exceptions
    0x0f,
    0x0b // ud2
  };
  private static final String GROUP = "polder-accelerators-test";

  private Path directory;
  private Launcher launcher;
  private CageBrand cage;
  private Path qemu;

  @BeforeEach
  void open() throws Exception {
    Assumptions.assumeTrue(QemuCommand.find().isPresent(), "no QEMU: apt install qemu-system-x86");
    qemu = QemuCommand.find().orElseThrow();
    directory = Files.createTempDirectory(Path.of("/var/tmp"), "polder-accelerators-");
    launcher = Launcher.start();
    cage = new CageBrand(launcher);
  }

  @AfterEach
  void leavesNothing() throws Exception {
    if (QemuCommand.find().isEmpty()) {
      return; // nothing was opened
    }
    cage.close();
    launcher.close();
    assertFalse(CgroupHost.own().group(GROUP).exists());
    for (String name : List.of("kvm", "accelerator.json", "translator.json")) {
      Files.deleteIfExists(directory.resolve(name));
    }
    Files.delete(directory); // which has nothing else in it
  }

  private Trial trial(Duration limit) {
    return new Trial(cage, directory, GROUP, directory.resolve("kvm"), limit);
  }

  private Accelerators accelerators(String boot) {
    return new Accelerators(trial(Figures.within(15)), directory, boot);
  }

  /** A node at the place of /dev/kvm that is something else. */
  private void node(int mode) {
    try (Directory place = Directory.open(directory)) {
      place.makeDevice(FileName.of("kvm"), FileType.CHARACTER_DEVICE, new DeviceNumber(1, 3), 0600);
      place.node(FileName.of("kvm")).mode(mode);
    }
  }

  private List<String> doctor(Accelerators accelerators) {
    return accelerators.doctor(qemu, IDS).stream()
        .map(finding -> finding.name() + " " + finding.level())
        .toList();
  }

  @Test
  @DisplayName("R-VM-03 the trial guest ends as it should; one that hangs or faults is told apart")
  void aTrialTellsWhetherGuestsRun() {
    Trial trial = trial(Figures.within(15));
    assertEquals(Optional.empty(), trial.run(qemu, Accelerator.TCG, TrialGuest.rom(), IDS));
    String why = trial.run(qemu, Accelerator.TCG, TrialGuest.rom(FAULTY), IDS).orElseThrow();
    assertTrue(why.contains("QEMU ended with 0"), why);
    why =
        trial(Duration.ofSeconds(2))
            .run(qemu, Accelerator.TCG, TrialGuest.rom(STUCK), IDS)
            .orElseThrow();
    assertTrue(why.contains("within 2 s"), why);
  }

  @Test
  @DisplayName("R-VM-03 without /dev/kvm, without the permission, or with one that is none: tcg")
  void fallsBackAndSaysWhy() {
    assertEquals(
        List.of("accelerator kvm WARNING", "accelerator tcg OK"), doctor(accelerators("b")));
    assertEquals(Accelerator.TCG, accelerators("b").choose("auto", qemu, IDS));
    PolderException e =
        assertThrows(PolderException.class, () -> accelerators("b").choose("kvm", qemu, IDS));
    assertTrue(String.valueOf(e.getMessage()).contains("there is no /"), e::toString);
    node(0600);
    Accelerators denied = accelerators("b");
    assertEquals(Accelerator.TCG, denied.choose("auto", qemu, IDS));
    Finding kvm = denied.doctor(qemu, IDS).getFirst();
    assertTrue(kvm.value().contains("Permission denied"), kvm::toString);
    node0666();
    assertEquals(kvm, accelerators("b").doctor(qemu, IDS).getFirst(), "noted for this boot");
    Finding next = accelerators("c").doctor(qemu, IDS).getFirst();
    assertEquals(Finding.Level.WARNING, next.level());
    assertFalse(next.value().contains("Permission denied"), next::toString);
  }

  @Test
  @DisplayName(
      "R-VM-03 that the translator works is found once in each boot; that it does not, never")
  void aTranslatorThatWorksIsNotTriedAgain() {
    Path nothing = Path.of("/bin/false");
    assertEquals(Finding.Level.MISSING, translator(accelerators("b"), nothing));
    Accelerators mended = accelerators("b");
    assertEquals(Finding.Level.OK, translator(mended, qemu), "what failed is tried again");
    assertEquals(Finding.Level.OK, translator(mended, nothing), "it is remembered");
    assertEquals(Finding.Level.OK, translator(accelerators("b"), nothing), "and noted");
    assertEquals(Finding.Level.MISSING, translator(accelerators("c"), nothing), "for one boot");
  }

  private static Finding.Level translator(Accelerators accelerators, Path program) {
    return accelerators.doctor(program, IDS).getLast().level();
  }

  private void node0666() {
    try (Directory place = Directory.open(directory)) {
      place.node(FileName.of("kvm")).mode(0666);
    }
  }

  @Test
  void aNoteThatIsDamagedIsNoNote() throws Exception {
    node(0600);
    for (String text :
        List.of("", "{", "[]", "{\"boot\": \"b\"}", "{\"boot\": 1, \"works\": true}")) {
      Files.writeString(directory.resolve("accelerator.json"), text);
      assertEquals(Accelerator.TCG, accelerators("b").choose("auto", qemu, IDS), text);
    }
  }
}
