package polder.network.dhcp;

import java.util.Set;

/** The options that we know; RFC 2132 where nothing else is named. */
final class DhcpOption {
  static final int MASK = 1;
  static final int ROUTER = 3;
  static final int NAMES = 6;
  static final int HOSTNAME = 12;
  static final int DOMAIN = 15;
  static final int MTU = 26;
  static final int ADDRESS = 50;
  static final int TIME = 51;
  static final int TYPE = 53;
  static final int SERVER = 54;
  static final int WANTED = 55;
  static final int MOST = 57;
  static final int CLIENT = 61;
  static final int SEARCH = 119; // RFC 3397
  static final int ROUTES = 121; // RFC 3442

  /** Those of which a client may say one only. */
  static final Set<Integer> READ = Set.of(ADDRESS, TYPE, SERVER, WANTED, MOST, CLIENT);

  private DhcpOption() {}
}
