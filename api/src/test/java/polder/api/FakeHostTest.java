package polder.api;

import polder.api.fake.FakeHost;
import polder.model.Host;

class FakeHostTest extends HostContract {
  @Override
  protected Host open() {
    return new FakeHost();
  }

  @Override
  protected void shut(Host opened) {
    opened.close();
  }
}
