package polder.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import polder.model.Json;

class ReportsTest {
  private static final Measure CPU = Workload.CPU.measure();

  private static Results results() {
    Results results = new Results();
    results.place("bare", "the host");
    results.place("lx", "a zone <&> \"more\"");
    results.place("vm-virtio-tcg", "a guest");
    for (double value : List.of(10.0, 30.0, 20.0)) {
      results.add(CPU, "bare", value);
      results.add(CPU, "lx", value / 2);
    }
    results.add(Measure.START, "bare", 2);
    results.add(Measure.START, "vm-virtio-tcg", 9000);
    results.remark("vm-virtio-kvm is left out: there is no /dev/kvm");
    return results;
  }

  @Test
  void aTableHasAColumnForEachPlaceWithItsRatio() {
    assertEquals(
        """
        workload  unit       bare          lx  vm-virtio-tcg
        cpu       M turns/s  20.0  10.0 ×0.50              –
        start     ms         2.00           –     9000 ×4500
        """,
        TextReport.table(results()));
  }

  @Test
  void aFigureIsOneJsonObject() {
    List<Map<String, Object>> lines =
        TextReport.json(results()).stream().map(Json::object).toList();
    assertEquals(4, lines.size());
    assertEquals(
        Map.of(
            "name",
            "cpu",
            "place",
            "lx",
            "value",
            10.0,
            "min",
            5.0,
            "max",
            15.0,
            "unit",
            "M turns/s",
            "ratio",
            0.5,
            "more_is_better",
            true),
        lines.get(1));
  }

  @Test
  void aPageHasAPlotForEachMeasureAndABarForEachPlace() {
    String page = HtmlReport.of(results(), "a <machine>", "three rounds");
    assertEquals(2, page.split("<svg ", -1).length - 1, "plots");
    assertEquals(4, page.split("<rect ", -1).length - 1, "bars");
    assertTrue(page.contains("a &lt;machine&gt;"));
    assertTrue(page.contains("a zone &lt;&amp;&gt; &quot;more&quot;"));
    assertTrue(page.contains("left out: there is no /dev/kvm"));
    assertFalse(page.contains("<script"), "it runs nothing");
    assertFalse(page.contains("http"), "it asks for nothing");
  }
}
