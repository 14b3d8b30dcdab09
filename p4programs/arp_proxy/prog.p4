// An ARP proxy: answers requests for the addresses that it knows, out of the port
// they came from, and passes everything else to its uplink.
#include <core.p4>
#include <v1model.p4>

typedef bit<48> mac_addr_t;
typedef bit<32> ipv4_addr_t;
typedef bit<9>  port_t;

const bit<16> TYPE_ARP = 0x0806;

const bit<16> ARP_REQUEST = 1;
const bit<16> ARP_REPLY   = 2;

header ethernet_t {
    mac_addr_t dst;
    mac_addr_t src;
    bit<16>    ether_type;
}

// ARP for IPv4 over Ethernet.
header arp_t {
    bit<16>     htype;
    bit<16>     ptype;
    bit<8>      hlen;
    bit<8>      plen;
    bit<16>     oper;
    mac_addr_t  sha;
    ipv4_addr_t spa;
    mac_addr_t  tha;
    ipv4_addr_t tpa;
}

struct headers_t {
    ethernet_t ethernet;
    arp_t      arp;
}

struct metadata_t { }

parser ProxyParser(packet_in packet,
                   out headers_t hdr,
                   inout metadata_t meta,
                   inout standard_metadata_t standard_metadata) {
    state start {
        packet.extract(hdr.ethernet);
        transition select(hdr.ethernet.ether_type) {
            TYPE_ARP: parse_arp;
            default: accept;
        }
    }

    state parse_arp {
        packet.extract(hdr.arp);
        transition accept;
    }
}

control ProxyVerifyChecksum(inout headers_t hdr, inout metadata_t meta) {
    apply { }
}

control ProxyIngress(inout headers_t hdr,
                     inout metadata_t meta,
                     inout standard_metadata_t standard_metadata) {
    action drop() {
        mark_to_drop(standard_metadata);
    }

    action forward(port_t port) {
        standard_metadata.egress_spec = port;
    }

    // Where a packet goes that is not answered here.
    table uplink {
        key = {
            standard_metadata.ingress_port: exact;
        }
        actions = {
            forward;
            drop;
        }
        size = 64;
        default_action = drop();
    }

    action reply(mac_addr_t mac) {
        hdr.ethernet.dst = hdr.ethernet.src;
        hdr.ethernet.src = mac;
        hdr.arp.oper = ARP_REPLY;
        hdr.arp.tha = hdr.arp.sha;
        hdr.arp.sha = mac;
        ipv4_addr_t asked = hdr.arp.tpa;
        hdr.arp.tpa = hdr.arp.spa;
        hdr.arp.spa = asked;
        standard_metadata.egress_spec = standard_metadata.ingress_port;
    }

    table arp_cache {
        key = {
            hdr.arp.tpa: exact;
        }
        actions = {
            reply;
            NoAction;
        }
        size = 1024;
        default_action = NoAction();
    }

    apply {
        // The uplink comes first: an answer overrides where it would go.
        uplink.apply();
        if (hdr.arp.isValid() && hdr.arp.oper == ARP_REQUEST) {
            arp_cache.apply();
        }
    }
}

control ProxyEgress(inout headers_t hdr,
                    inout metadata_t meta,
                    inout standard_metadata_t standard_metadata) {
    apply { }
}

control ProxyComputeChecksum(inout headers_t hdr, inout metadata_t meta) {
    apply { }
}

control ProxyDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.ethernet);
        packet.emit(hdr.arp);
    }
}

V1Switch(ProxyParser(),
         ProxyVerifyChecksum(),
         ProxyIngress(),
         ProxyEgress(),
         ProxyComputeChecksum(),
         ProxyDeparser()) main;
