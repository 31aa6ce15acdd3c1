package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What this package believes of the kernel's structures and numbers, asked of the C headers. */
@Tag("kernel")
class HeadersKernelTest {
  private static final String HEADERS =
      """
      #define _GNU_SOURCE
      #include <stdio.h>
      #include <stddef.h>
      #include <fcntl.h>
      #include <poll.h>
      #include <sched.h>
      #include <signal.h>
      #include <time.h>
      #include <dirent.h>
      #include <sys/epoll.h>
      #include <sys/eventfd.h>
      #include <sys/ioctl.h>
      #include <sys/mount.h>
      #include <sys/prctl.h>
      #include <sys/resource.h>
      #include <sys/socket.h>
      #include <sys/stat.h>
      #include <sys/statfs.h>
      #include <sys/statvfs.h>
      #include <sys/syscall.h>
      #include <sys/uio.h>
      #include <net/if.h>
      #include <asm/termbits.h>
      #include <linux/audit.h>
      #include <linux/capability.h>
      #include <linux/filter.h>
      #include <linux/fs.h>
      #include <linux/if_addr.h>
      #include <linux/in.h>
      #include <linux/in6.h>
      #include <linux/if_link.h>
      #include <linux/if_packet.h>
      #include <linux/if_tun.h>
      #include <linux/magic.h>
      #include <linux/neighbour.h>
      #include <linux/netfilter.h>
      #include <linux/netfilter/nf_tables.h>
      #include <linux/netfilter/nfnetlink.h>
      #include <linux/netlink.h>
      #include <linux/openat2.h>
      #include <linux/rtnetlink.h>
      #include <linux/sched.h>
      #include <linux/seccomp.h>
      #include <linux/securebits.h>
      #include <linux/sockios.h>
      #include <linux/veth.h>
      #ifndef NSFS_MAGIC
      #define NSFS_MAGIC 0x6e736673
      #endif
      """;

  @TempDir private Path folder;

  @Test
  @DisplayName("J-11 structures have the sizes and offsets that the C compiler gives them")
  void structures() throws Exception {
    Map<String, Number> expected = new LinkedHashMap<>();
    expected.put(
        "sizeof (struct sock_filter)",
        SeccompFilter.of(SeccompProfile.zone()).bytes().length
            / SeccompFilter.of(SeccompProfile.zone()).length());
    offsets(expected, "sock_filter", "code", 0, "jt", 2, "jf", 3, "k", 4);
    offsets(expected, "sock_fprog", "len", 0, "filter", 8);
    offsets(
        expected,
        "seccomp_data",
        "nr",
        SeccompCompiler.NUMBER,
        "arch",
        SeccompCompiler.ARCHITECTURE,
        "args",
        SeccompCompiler.ARGUMENTS);
    size(expected, "mount_attr", Mounts.MOUNT_ATTR_SIZE);
    offsets(
        expected, "mount_attr", "attr_set", 0, "attr_clr", 8, "propagation", 16, "userns_fd", 24);
    size(expected, "open_how", 24);
    offsets(expected, "open_how", "flags", 0, "mode", 8, "resolve", 16);
    size(expected, "clone_args", 88);
    offsets(expected, "clone_args", "flags", 0, "exit_signal", 32, "cgroup", 80);
    size(expected, "epoll_event", Epoll.EVENT_SIZE);
    offsets(expected, "epoll_event", "events", 0, "data", Epoll.TOKEN_OFFSET);
    size(expected, "pollfd", CgroupEvents.POLLFD_SIZE);
    offsets(expected, "pollfd", "fd", 0, "events", 4, "revents", 6);
    size(expected, "winsize", WindowSize.SIZE);
    offsets(expected, "winsize", "ws_row", 0, "ws_col", 2);
    size(expected, "termios", Terminal.TERMIOS_SIZE);
    offsets(
        expected,
        "termios",
        "c_iflag",
        Terminal.INPUT_FLAGS,
        "c_oflag",
        Terminal.OUTPUT_FLAGS,
        "c_cflag",
        Terminal.CONTROL_FLAGS,
        "c_lflag",
        Terminal.LOCAL_FLAGS,
        "c_cc",
        Terminal.CHARACTERS);
    size(expected, "nlmsghdr", NetlinkMessage.HEADER);
    offsets(
        expected, "nlmsghdr", "nlmsg_len", 0, "nlmsg_type", 4, "nlmsg_flags", 6, "nlmsg_seq", 8);
    size(expected, "nlattr", NetlinkAttributes.HEADER);
    offsets(expected, "nlattr", "nla_len", 0, "nla_type", 2);
    size(expected, "nlmsgerr", 4 + NetlinkMessage.HEADER);
    size(expected, "sockaddr_nl", NetlinkSocket.ADDRESS_SIZE);
    offsets(expected, "sockaddr_nl", "nl_pid", 4);
    size(expected, "sockaddr_in", InetSocket.ADDRESS_SIZE);
    offsets(expected, "sockaddr_in", "sin_port", InetSocket.PORT, "sin_addr", InetSocket.FOUR);
    size(expected, "sockaddr_in6", InetSocket.ADDRESS_SIZE_SIX);
    offsets(expected, "sockaddr_in6", "sin6_port", InetSocket.PORT, "sin6_addr", InetSocket.SIX);
    size(expected, "sockaddr_ll", LinkSocket.ADDRESS_SIZE);
    offsets(
        expected, "sockaddr_ll", "sll_pkttype", LinkSocket.TYPE, "sll_addr", LinkSocket.ADDRESS);
    size(expected, "ifinfomsg", Links.IFINFOMSG);
    size(expected, "ifaddrmsg", Addresses.IFADDRMSG);
    offsets(
        expected,
        "ifaddrmsg",
        "ifa_prefixlen",
        Addresses.IFADDRMSG_PREFIX,
        "ifa_index",
        Addresses.IFADDRMSG_INDEX);
    size(expected, "ndmsg", Links.NDMSG);
    offsets(
        expected,
        "ndmsg",
        "ndm_ifindex",
        Links.NDMSG_INDEX,
        "ndm_state",
        Links.NDMSG_STATE,
        "ndm_flags",
        Links.NDMSG_FLAGS);
    size(expected, "rtmsg", Routes.RTMSG);
    offsets(
        expected,
        "rtmsg",
        "rtm_dst_len",
        Routes.RTMSG_PREFIX,
        "rtm_table",
        Routes.RTMSG_TABLE,
        "rtm_protocol",
        Routes.RTMSG_PROTOCOL,
        "rtm_scope",
        Routes.RTMSG_SCOPE,
        "rtm_type",
        Routes.RTMSG_TYPE,
        "rtm_flags",
        Routes.RTMSG_FLAGS);
    size(expected, "nfgenmsg", NftElements.NFGENMSG);
    offsets(
        expected,
        "rtnl_link_stats64",
        "rx_packets",
        LinkStatistics.PACKETS_IN,
        "tx_packets",
        LinkStatistics.PACKETS_OUT,
        "rx_bytes",
        LinkStatistics.BYTES_IN,
        "tx_bytes",
        LinkStatistics.BYTES_OUT,
        "rx_dropped",
        LinkStatistics.DROPPED_IN,
        "tx_dropped",
        LinkStatistics.DROPPED_OUT);
    offsets(
        expected,
        "ifinfomsg",
        "ifi_index",
        Links.IFINFOMSG_INDEX,
        "ifi_flags",
        Links.IFINFOMSG_FLAGS);
    size(expected, "ifreq", 40);
    offsets(expected, "ifreq", "ifr_flags", 16);
    size(expected, "statfs", StatFs.SIZE);
    offsets(
        expected,
        "statfs",
        "f_type",
        0,
        "f_bsize",
        8,
        "f_blocks",
        16,
        "f_bfree",
        24,
        "f_bavail",
        32,
        "f_files",
        40,
        "f_ffree",
        48,
        "f_namelen",
        64,
        "f_flags",
        80);
    size(expected, "statx", Stat.SIZE);
    offsets(
        expected,
        "statx",
        "stx_nlink",
        16,
        "stx_uid",
        20,
        "stx_gid",
        24,
        "stx_mode",
        28,
        "stx_ino",
        32,
        "stx_size",
        40,
        "stx_blocks",
        48,
        "stx_atime",
        64,
        "stx_ctime",
        96,
        "stx_mtime",
        112,
        "stx_rdev_major",
        128,
        "stx_rdev_minor",
        132,
        "stx_dev_major",
        136,
        "stx_dev_minor",
        140,
        "stx_mnt_id",
        144);
    expected.put("offsetof (struct dirent64, d_reclen)", 16);
    expected.put("offsetof (struct dirent64, d_type)", 18);
    expected.put("offsetof (struct dirent64, d_name)", 19);
    expected.put("sizeof (siginfo_t)", 128);
    expected.put("offsetof (siginfo_t, si_code)", 8);
    expected.put("offsetof (siginfo_t, si_pid)", 16);
    expected.put("offsetof (siginfo_t, si_status)", 24);
    size(expected, "msghdr", 56);
    offsets(expected, "msghdr", "msg_iov", 16, "msg_iovlen", 24, "msg_control", 32);
    offsets(expected, "msghdr", "msg_controllen", 40);
    size(expected, "cmsghdr", 16);
    offsets(expected, "cmsghdr", "cmsg_len", 0, "cmsg_level", 8, "cmsg_type", 12);
    size(expected, "iovec", 16);
    size(expected, "ucred", 12);
    size(expected, "timespec", 16);
    size(expected, "rlimit", 16);
    expected.put("2 * sizeof (struct __user_cap_data_struct)", 24);
    compare(expected);
  }

  @Test
  @DisplayName("J-11 constants have the numbers of the C headers")
  void constants() throws Exception {
    Map<String, Number> expected = new LinkedHashMap<>();
    for (Capability each : Capability.values()) {
      expected.put(each.text(), each.number());
    }
    expected.put("CAP_LAST_CAP", Capability.values().length - 1);
    for (Namespace each : Namespace.values()) {
      expected.put(
          each == Namespace.MOUNT ? "CLONE_NEWNS" : "CLONE_NEW" + each.name(), each.flag());
    }
    expected.put("(unsigned) SECCOMP_RET_KILL_PROCESS", unsigned(SeccompAction.KILL_PROCESS));
    expected.put("SECCOMP_RET_KILL_THREAD", unsigned(SeccompAction.KILL_THREAD));
    expected.put("SECCOMP_RET_TRAP", unsigned(SeccompAction.TRAP));
    expected.put("SECCOMP_RET_USER_NOTIF", unsigned(SeccompAction.NOTIFY));
    expected.put("SECCOMP_RET_LOG", unsigned(SeccompAction.LOG));
    expected.put("SECCOMP_RET_ALLOW", unsigned(SeccompAction.ALLOW));
    expected.put("SECCOMP_RET_ERRNO | 1", unsigned(SeccompAction.errno(Errno.EPERM)));
    expected.put("SECCOMP_RET_TRACE | 7", unsigned(SeccompAction.trace(7)));
    expected.put("(unsigned) AUDIT_ARCH_X86_64", Integer.toUnsignedLong(SeccompFilter.X86_64));
    expected.put("(unsigned) AUDIT_ARCH_I386", Integer.toUnsignedLong(SeccompFilter.I386));
    expected.put("BPF_MAXINSNS", SeccompFilter.MAX_LENGTH);
    expected.put("BPF_LD | BPF_W | BPF_ABS", BpfInstruction.LOAD);
    expected.put("BPF_ALU | BPF_AND | BPF_K", BpfInstruction.AND);
    expected.put("BPF_JMP | BPF_JA", BpfInstruction.JUMP);
    expected.put("BPF_JMP | BPF_JEQ | BPF_K", BpfInstruction.JUMP_EQUAL);
    expected.put("BPF_JMP | BPF_JGT | BPF_K", BpfInstruction.JUMP_GREATER);
    expected.put("BPF_JMP | BPF_JGE | BPF_K", BpfInstruction.JUMP_GREATER_OR_EQUAL);
    expected.put("BPF_RET | BPF_K", BpfInstruction.RETURN);
    expected.put("MOUNT_ATTR_RDONLY", MountAttribute.READ_ONLY.bit());
    expected.put("MOUNT_ATTR_NOSUID", MountAttribute.NO_SETUID.bit());
    expected.put("MOUNT_ATTR_NODEV", MountAttribute.NO_DEVICES.bit());
    expected.put("MOUNT_ATTR_NOEXEC", MountAttribute.NO_EXECUTE.bit());
    expected.put("MOUNT_ATTR_NOATIME", MountAttribute.NO_ACCESS_TIMES.bit());
    expected.put("MOUNT_ATTR_IDMAP", Mounts.MOUNT_ATTR_IDMAP);
    expected.put("OPEN_TREE_CLONE", Mounts.OPEN_TREE_CLONE);
    expected.put("OPEN_TREE_CLOEXEC", Mounts.OPEN_TREE_CLOEXEC);
    expected.put("MOVE_MOUNT_F_EMPTY_PATH", Mounts.MOVE_MOUNT_F_EMPTY_PATH);
    expected.put("MOVE_MOUNT_T_EMPTY_PATH", Mounts.MOVE_MOUNT_T_EMPTY_PATH);
    expected.put("AT_EMPTY_PATH", Mounts.AT_EMPTY_PATH);
    expected.put("AT_RECURSIVE", Mounts.AT_RECURSIVE);
    expected.put("MNT_DETACH", Mounts.MNT_DETACH);
    expected.put("UMOUNT_NOFOLLOW", Mounts.UMOUNT_NOFOLLOW);
    expected.put("MS_PRIVATE", Propagation.PRIVATE.flag());
    expected.put("MS_SLAVE", Propagation.SLAVE.flag());
    expected.put("MS_SHARED", Propagation.SHARED.flag());
    expected.put("MS_UNBINDABLE", Propagation.UNBINDABLE.flag());
    expected.put("FSCONFIG_SET_FLAG", FilesystemContext.FSCONFIG_SET_FLAG);
    expected.put("FSCONFIG_SET_STRING", FilesystemContext.FSCONFIG_SET_STRING);
    expected.put("FSCONFIG_SET_FD", FilesystemContext.FSCONFIG_SET_FD);
    expected.put("FSCONFIG_CMD_CREATE", FilesystemContext.FSCONFIG_CMD_CREATE);
    expected.put("FSCONFIG_CMD_RECONFIGURE", FilesystemContext.FSCONFIG_CMD_RECONFIGURE);
    expected.put("PROC_SUPER_MAGIC", StatFs.PROC);
    expected.put("SYSFS_MAGIC", StatFs.SYSFS);
    expected.put("TMPFS_MAGIC", StatFs.TMPFS);
    expected.put("EXT4_SUPER_MAGIC", StatFs.EXT4);
    expected.put("(unsigned) BTRFS_SUPER_MAGIC", StatFs.BTRFS);
    expected.put("XFS_SUPER_MAGIC", StatFs.XFS);
    expected.put("OVERLAYFS_SUPER_MAGIC", StatFs.OVERLAY);
    expected.put("CGROUP2_SUPER_MAGIC", StatFs.CGROUP2);
    expected.put("CGROUP_SUPER_MAGIC", StatFs.CGROUP);
    expected.put("DEVPTS_SUPER_MAGIC", StatFs.DEVPTS);
    expected.put("NSFS_MAGIC", StatFs.NSFS);
    expected.put("EPOLLIN", Epoll.READABLE);
    expected.put("EPOLLPRI", Epoll.PRIORITY);
    expected.put("EPOLLOUT", Epoll.WRITABLE);
    expected.put("EPOLLERR", Epoll.ERROR);
    expected.put("EPOLLHUP", Epoll.HANGUP);
    expected.put("EPOLLONESHOT", Epoll.ONCE);
    expected.put("NLM_F_REQUEST", NetlinkMessage.REQUEST);
    expected.put("NLM_F_ACK", NetlinkMessage.ACK);
    expected.put("NLM_F_DUMP", NetlinkMessage.DUMP);
    expected.put("NLM_F_DUMP_INTR", NetlinkMessage.DUMP_INTERRUPTED);
    expected.put("NLMSG_ERROR", NetlinkMessage.ERROR);
    expected.put("NLMSG_DONE", NetlinkMessage.DONE);
    expected.put("O_CLOEXEC", OpenFlags.O_CLOEXEC);
    expected.put("O_DIRECTORY", OpenFlags.O_DIRECTORY);
    expected.put("O_NOFOLLOW", OpenFlags.O_NOFOLLOW);
    expected.put("O_PATH", OpenFlags.O_PATH);
    expected.put("O_TMPFILE", OpenFlags.O_TMPFILE);
    expected.put("O_NONBLOCK", OpenFlags.O_NONBLOCK);
    expected.put("FS_IOC_GETFLAGS", InodeFlags.FS_IOC_GETFLAGS);
    expected.put("FS_IOC_SETFLAGS", InodeFlags.FS_IOC_SETFLAGS);
    expected.put("FS_TOPDIR_FL", InodeFlags.FS_TOPDIR_FL);
    compare(expected);
  }

  @Test
  @DisplayName("J-11 the network's constants have the numbers of the C headers")
  void network() throws Exception {
    Map<String, Number> expected = new LinkedHashMap<>(); // in brackets, for many are no macros
    expected.put("TUNSETIFF", Tap.SET_INTERFACE);
    expected.put("IFF_TAP", Tap.IFF_TAP);
    expected.put("IFF_NO_PI", Tap.IFF_NO_PI);
    expected.put("IFF_VNET_HDR", Tap.IFF_VNET_HDR);
    expected.put("IFF_TUN_EXCL", Tap.IFF_TUN_EXCL);
    expected.put("(RTM_NEWLINK)", Links.RTM_NEWLINK);
    expected.put("(RTM_DELLINK)", Links.RTM_DELLINK);
    expected.put("(RTM_GETLINK)", Links.RTM_GETLINK);
    expected.put("(IFLA_ADDRESS)", Links.IFLA_ADDRESS);
    expected.put("(IFLA_IFNAME)", Links.IFLA_IFNAME);
    expected.put("(IFLA_MTU)", Links.IFLA_MTU);
    expected.put("(IFLA_LINK)", Links.IFLA_LINK);
    expected.put("(IFLA_MASTER)", Links.IFLA_MASTER);
    expected.put("(IFLA_LINKINFO)", Links.IFLA_LINKINFO);
    expected.put("(IFLA_IFALIAS)", Links.IFLA_IFALIAS);
    expected.put("(IFLA_STATS64)", Links.IFLA_STATS64);
    expected.put("(IFLA_NET_NS_FD)", Links.IFLA_NET_NS_FD);
    expected.put("(IFLA_INFO_KIND)", Links.IFLA_INFO_KIND);
    expected.put("(IFLA_INFO_DATA)", Links.IFLA_INFO_DATA);
    expected.put("(VETH_INFO_PEER)", Links.VETH_INFO_PEER);
    expected.put("(IFLA_MACVLAN_MODE)", Links.IFLA_MACVLAN_MODE);
    expected.put("(MACVLAN_MODE_BRIDGE)", Links.MACVLAN_MODE_BRIDGE);
    expected.put("(IFLA_INFO_SLAVE_KIND)", Links.IFLA_INFO_SLAVE_KIND);
    expected.put("(IFLA_INFO_SLAVE_DATA)", Links.IFLA_INFO_SLAVE_DATA);
    expected.put("(IFLA_BRPORT_MODE)", Links.IFLA_BRPORT_MODE);
    expected.put("(IFLA_BRPORT_LEARNING)", Links.IFLA_BRPORT_LEARNING);
    expected.put("(RTM_NEWNEIGH)", Links.RTM_NEWNEIGH);
    expected.put("(NDA_LLADDR)", Links.NDA_LLADDR);
    expected.put("(NUD_REACHABLE)", Links.NUD_REACHABLE);
    expected.put("(NUD_NOARP)", Links.NUD_NOARP);
    expected.put("(NTF_MASTER)", Links.NTF_MASTER);
    expected.put("NTF_STICKY", Links.NTF_STICKY);
    expected.put("(RTM_NEWADDR)", Addresses.RTM_NEWADDR);
    expected.put("(RTM_DELADDR)", Addresses.RTM_DELADDR);
    expected.put("(RTM_GETADDR)", Addresses.RTM_GETADDR);
    expected.put("(IFA_ADDRESS)", Addresses.IFA_ADDRESS);
    expected.put("(IFA_LOCAL)", Addresses.IFA_LOCAL);
    expected.put("(IFA_BROADCAST)", Addresses.IFA_BROADCAST);
    expected.put("(IFA_FLAGS)", Addresses.IFA_FLAGS);
    expected.put("(IFA_F_NODAD)", Addresses.IFA_F_NODAD);
    expected.put("(AF_INET)", Addresses.AF_INET);
    expected.put("(AF_INET6)", Addresses.AF_INET6);
    expected.put("(RTM_NEWROUTE)", Routes.RTM_NEWROUTE);
    expected.put("(RTM_DELROUTE)", Routes.RTM_DELROUTE);
    expected.put("(RTM_GETROUTE)", Routes.RTM_GETROUTE);
    expected.put("(RTA_DST)", Routes.RTA_DST);
    expected.put("(RTA_OIF)", Routes.RTA_OIF);
    expected.put("(RTA_GATEWAY)", Routes.RTA_GATEWAY);
    expected.put("(RT_TABLE_MAIN)", Routes.RT_TABLE_MAIN);
    expected.put("(RTPROT_STATIC)", Routes.RTPROT_STATIC);
    expected.put("(RT_SCOPE_UNIVERSE)", Routes.RT_SCOPE_UNIVERSE);
    expected.put("(RT_SCOPE_LINK)", Routes.RT_SCOPE_LINK);
    expected.put("(RTN_UNICAST)", Routes.RTN_UNICAST);
    expected.put("(RTNH_F_ONLINK)", Routes.RTNH_F_ONLINK);
    expected.put("(NFNL_SUBSYS_NFTABLES)", NftElements.NFNL_SUBSYS_NFTABLES);
    expected.put("(NFNL_MSG_BATCH_BEGIN)", NftElements.NFNL_MSG_BATCH_BEGIN);
    expected.put("(NFNL_MSG_BATCH_END)", NftElements.NFNL_MSG_BATCH_END);
    expected.put("(NFT_MSG_NEWSETELEM)", NftElements.NFT_MSG_NEWSETELEM);
    expected.put("(NFT_MSG_DELSETELEM)", NftElements.NFT_MSG_DELSETELEM);
    expected.put("(NFTA_SET_ELEM_LIST_TABLE)", NftElements.NFTA_SET_ELEM_LIST_TABLE);
    expected.put("(NFTA_SET_ELEM_LIST_SET)", NftElements.NFTA_SET_ELEM_LIST_SET);
    expected.put("(NFTA_SET_ELEM_LIST_ELEMENTS)", NftElements.NFTA_SET_ELEM_LIST_ELEMENTS);
    expected.put("(NFTA_LIST_ELEM)", NftElements.NFTA_LIST_ELEM);
    expected.put("(NFTA_SET_ELEM_KEY)", NftElements.NFTA_SET_ELEM_KEY);
    expected.put("(NFNLGRP_NFTABLES)", NftNews.NFNLGRP_NFTABLES);
    expected.put("(NFT_MSG_DELTABLE)", NftNews.NFT_MSG_DELTABLE);
    expected.put("(NFTA_TABLE_NAME)", NftNews.NFTA_TABLE_NAME);
    expected.put("(NFTA_SET_ELEM_DATA)", NftElements.NFTA_SET_ELEM_DATA);
    expected.put("(NFTA_SET_ELEM_KEY_END)", NftElements.NFTA_SET_ELEM_KEY_END);
    expected.put("(NFTA_DATA_VALUE)", NftElements.NFTA_DATA_VALUE);
    expected.put("(NLM_F_EXCL)", NetlinkMessage.EXCLUSIVE);
    expected.put("(NLM_F_CREATE)", NetlinkMessage.CREATE);
    expected.put("(NETLINK_ROUTE)", NetlinkSocket.ROUTE);
    expected.put("(NETLINK_NETFILTER)", NetlinkSocket.NETFILTER);
    expected.put("(NFPROTO_BRIDGE)", NftElements.BRIDGE);
    expected.put("(NFPROTO_INET)", NftElements.INET);
    compare(expected);
  }

  @Test
  @DisplayName("J-11 system calls have the numbers of the C headers")
  void systemCalls() throws Exception {
    Map<String, Number> expected = new TreeMap<>();
    Syscalls.all().forEach((name, number) -> expected.put("SYS_" + name, number));
    for (Field each : Nr.class.getDeclaredFields()) {
      if (Modifier.isStatic(each.getModifiers()) && each.getType() == int.class) {
        Number before =
            expected.put("SYS_" + each.getName().toLowerCase(Locale.ROOT), each.getInt(null));
        assertEquals(before, each.getInt(null), each.getName());
      }
    }
    assertTrue(compare(expected) >= 362, "the headers know too few calls to compare");
  }

  private static long unsigned(SeccompAction action) {
    return Integer.toUnsignedLong(action.value());
  }

  private static void size(Map<String, Number> expected, String structure, long size) {
    expected.put("sizeof (struct %s)".formatted(structure), size);
  }

  /** Pairs of a member and its offset. */
  private static void offsets(Map<String, Number> expected, String structure, Object... pairs) {
    for (int i = 0; i < pairs.length; i += 2) {
      expected.put(
          "offsetof (struct %s, %s)".formatted(structure, pairs[i]), (Number) pairs[i + 1]);
    }
  }

  /** Answers how many were compared: a macro that old headers lack is left out. */
  private int compare(Map<String, Number> expected) throws IOException, InterruptedException {
    StringBuilder source = new StringBuilder(HEADERS).append("int main(void) {\n");
    for (String each : expected.keySet()) {
      boolean macro = each.matches("[A-Z][A-Za-z0-9_]*") && !each.startsWith("FSCONFIG");
      String print = "printf(\"%%lld %s\\n\", (long long) (%s));\n".formatted(each, each);
      source.append(macro ? "#ifdef %s\n%s#endif\n".formatted(each, print) : print);
    }
    source.append("return 0; }\n");
    Map<String, Long> actual = new LinkedHashMap<>();
    for (String line : Gcc.run(Gcc.compile(folder, source.toString())).lines().toList()) {
      int space = line.indexOf(' ');
      actual.put(line.substring(space + 1), Long.parseLong(line.substring(0, space)));
    }
    Map<String, Long> ours = new LinkedHashMap<>();
    actual.keySet().forEach(each -> ours.put(each, expected.getOrDefault(each, -1).longValue()));
    assertEquals(actual, ours);
    return actual.size();
  }
}
