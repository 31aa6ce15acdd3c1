package polder.brand.vm;

import java.util.ArrayList;
import java.util.List;
import polder.brand.Lan;
import polder.brand.zone.CageBrand;
import polder.model.Nic;
import polder.model.VmProperties;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** A vm's network cards: each the other end of a tap, which QEMU is given open. */
final class NetworkCards {
  private static final int USUAL_MTU = 1500;

  private NetworkCards() {}

  /** What QEMU is told of them; the nics are settled. */
  static List<String> options(ZoneSpec spec, Lan lan) {
    List<Nic> nics = spec.get(ZoneProperties.NICS);
    List<String> options = new ArrayList<>();
    for (int i = 0; i < nics.size(); i++) {
      Nic nic = nics.get(i);
      options.add("-netdev");
      options.add("tap,id=nic%d,fd=%d,vhost=off".formatted(i, CageBrand.FIRST_CARD + i));
      options.add("-device");
      options.add(
          "%s,netdev=nic%d,mac=%s,romfile="
              .formatted(device(nic, spec, lan.mtus().get(i)), i, nic.mac().orElseThrow().value()));
    }
    return options;
  }

  /** What it is called by QEMU, with what only some can say. */
  private static String device(Nic nic, ZoneSpec spec, int mtu) {
    String model = nic.model().orElse(spec.get(VmProperties.NIC_DRIVER));
    return model.equals("virtio")
        ? "virtio-net-pci" + (mtu == USUAL_MTU ? "" : ",host_mtu=" + mtu)
        : model;
  }
}
