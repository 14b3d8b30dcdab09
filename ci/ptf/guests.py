"""PTF tests of two guests, with the entries of corpus/golden. `ci/clients` starts the switch and runs them."""

import ptf.testutils as testutils
from ptf.base_tests import BaseTest


def mac(host):
    return f"02:00:00:00:00:0{host}"


class GuestTest(BaseTest):
    """Nothing but what a test expects may come."""

    def setUp(self):
        super().setUp()
        self.dataplane = testutils.ptf.dataplane_instance
        self.dataplane.flush()

    def tearDown(self):
        testutils.verify_no_other_packets(self)
        super().tearDown()


@testutils.group("l2_switch")
class Forwards(GuestTest):
    """A packet to a known host leaves by its port, as it came."""

    def runTest(self):
        for sender, receiver in [(1, 2), (2, 1), (1, 3), (4, 3)]:
            packet = testutils.simple_tcp_packet(eth_dst=mac(receiver), eth_src=mac(sender))
            testutils.send_packet(self, sender, packet)
            testutils.verify_packets(self, packet, [receiver])


@testutils.group("l2_switch")
class Floods(GuestTest):
    """A packet to nobody known leaves by all ports but its own."""

    def runTest(self):
        for destination in [mac(4), "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:fb"]:
            packet = testutils.simple_udp_packet(eth_dst=destination, eth_src=mac(1))
            testutils.send_packet(self, 1, packet)
            testutils.verify_packets(self, packet, [2, 3, 4])


@testutils.group("l2_switch")
class Drops(GuestTest):
    """A blocked source, and what goes to the drop port."""

    def runTest(self):
        for source, destination in [(mac(3), mac(1)), (mac(1), "01:80:c2:00:00:00")]:
            packet = testutils.simple_tcp_packet(eth_dst=destination, eth_src=source)
            testutils.send_packet(self, 3 if source == mac(3) else 1, packet)


@testutils.group("ipv4_router")
class Routes(GuestTest):
    """Addresses are rewritten, a hop is counted, the checksum is right again."""

    def runTest(self):
        for sender, receiver in [(1, 2), (2, 1), (1, 3), (3, 2)]:
            sent, expected = (
                testutils.simple_tcp_packet(
                    eth_dst=destination, eth_src=source, ip_ttl=ttl,
                    ip_src=f"10.0.{sender}.10", ip_dst=f"10.0.{receiver}.10",
                )
                for destination, source, ttl in [
                    (f"02:00:00:00:0{sender}:01", f"02:00:00:00:0{sender}:10", 64),
                    (f"02:00:00:00:0{receiver}:10", f"02:00:00:00:0{receiver}:01", 63),
                ]
            )
            testutils.send_packet(self, sender, sent)
            testutils.verify_packets(self, expected, [receiver])


@testutils.group("ipv4_router")
class Discards(GuestTest):
    """What has no route, or has gone too far."""

    def runTest(self):
        for destination, ttl in [("203.0.113.5", 64), ("10.0.2.10", 1)]:
            packet = testutils.simple_tcp_packet(
                eth_dst="02:00:00:00:01:01", eth_src="02:00:00:00:01:10",
                ip_src="10.0.1.10", ip_dst=destination, ip_ttl=ttl,
            )
            testutils.send_packet(self, 1, packet)
