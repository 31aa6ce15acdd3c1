package polder.tests.harness;

import java.util.Arrays;
import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import polder.linux.CgroupHost;

/** What {@link GuestHost} runs inside: the tests that it is called with, told line by line. */
public final class InGuest {
  private InGuest() {}

  /** {@code CLASS…} or {@code CLASS#METHOD…}. */
  public static void main(String[] tests) {
    say("layout " + CgroupHost.own().layout());
    List<DiscoverySelector> selected =
        Arrays.stream(tests)
            .map(
                test ->
                    test.contains("#")
                        ? DiscoverySelectors.selectMethod(test)
                        : DiscoverySelectors.selectClass(test))
            .toList();
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request().selectors(selected).build();
    LauncherFactory.create().execute(request, new Teller());
    say("done");
    System.exit(0); // whatever threads there are
  }

  private static void say(String line) {
    System.out.println(GuestHost.MARK + line.replaceAll("\\s+", " "));
  }

  private static final class Teller implements TestExecutionListener {
    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
      say("skipped %s: %s".formatted(test.getDisplayName(), reason));
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      String why = result.getThrowable().map(Throwable::toString).orElse("");
      if (result.getStatus() == Status.FAILED) {
        result.getThrowable().ifPresent(Throwable::printStackTrace);
        say("failed %s: %s".formatted(test.getDisplayName(), why));
      } else if (result.getStatus() == Status.ABORTED) {
        say("skipped %s: %s".formatted(test.getDisplayName(), why));
      } else if (test.isTest()) {
        say("passed %s: %s".formatted(place(test), test.getDisplayName()));
      }
    }

    /** {@code CLASS#METHOD}. */
    private static String place(TestIdentifier test) {
      return test.getSource()
          .filter(MethodSource.class::isInstance)
          .map(MethodSource.class::cast)
          .map(method -> method.getClassName() + "#" + method.getMethodName())
          .orElse("?");
    }
  }
}
