// A load balancer in front of servers that share an address (direct server return): a client stays with its server, since
// that is chosen by a hash of both addresses; each server's packets are counted, and who sends more than its share is marked.
#include <core.p4>
#include <v1model.p4>

typedef bit<48> mac_addr_t;
typedef bit<32> ipv4_addr_t;
typedef bit<9>  port_t;

const bit<16> TYPE_IPV4 = 0x0800;
const bit<32> CLIENTS = 256;
const bit<6>  DSCP_LOWER_EFFORT = 1;

header ethernet_t {
    mac_addr_t dst;
    mac_addr_t src;
    bit<16>    ether_type;
}

header ipv4_t {
    bit<4>      version;
    bit<4>      ihl;
    bit<6>      dscp;
    bit<2>      ecn;
    bit<16>     total_len;
    bit<16>     identification;
    bit<3>      flags;
    bit<13>     frag_offset;
    bit<8>      ttl;
    bit<8>      protocol;
    bit<16>     hdr_checksum;
    ipv4_addr_t src;
    ipv4_addr_t dst;
}

struct headers_t {
    ethernet_t ethernet;
    ipv4_t     ipv4;
}

struct metadata_t {
    bit<32> client;
    bit<16> sent;
}

parser BalancerParser(packet_in packet,
                      out headers_t hdr,
                      inout metadata_t meta,
                      inout standard_metadata_t standard_metadata) {
    state start {
        packet.extract(hdr.ethernet);
        transition select(hdr.ethernet.ether_type) {
            TYPE_IPV4: parse_ipv4;
            default: accept;
        }
    }

    state parse_ipv4 {
        packet.extract(hdr.ipv4);
        meta.client = (bit<32>)hdr.ipv4.src[7:0];
        transition accept;
    }
}

control BalancerVerifyChecksum(inout headers_t hdr, inout metadata_t meta) {
    apply { }
}

control BalancerIngress(inout headers_t hdr,
                        inout metadata_t meta,
                        inout standard_metadata_t standard_metadata) {
    action_selector(HashAlgorithm.crc16, 64, 16) servers;
    counter(16, CounterType.packets_and_bytes) served;
    register<bit<16>>(CLIENTS) sent_by;

    action drop() {
        mark_to_drop(standard_metadata);
    }

    action refuse() {
        mark_to_drop(standard_metadata);
        exit;
    }

    action serve(bit<32> number, mac_addr_t server) {
        served.count(number);
        hdr.ethernet.dst = server;
    }

    action lower_effort() {
        hdr.ipv4.dscp = DSCP_LOWER_EFFORT;
    }

    action forward(port_t port) {
        standard_metadata.egress_spec = port;
    }

    table service {
        key = {
            hdr.ipv4.dst: lpm;
            hdr.ipv4.src: selector;
            hdr.ipv4.dst: selector;
        }
        actions = { serve; refuse; NoAction; }
        implementation = servers;
        size = 64;
    }

    table hosts {
        key = { hdr.ethernet.dst: exact; }
        actions = { forward; drop; }
        default_action = drop();
        size = 256;
    }

    table limit {
        key = { meta.sent: range; }
        actions = { drop; lower_effort; NoAction; }
        default_action = NoAction();
        size = 8;
    }

    apply {
        if (hdr.ipv4.isValid()) {
            if (service.apply().hit) {
                sent_by.read(meta.sent, meta.client);
                meta.sent = meta.sent |+| 1;
                sent_by.write(meta.client, meta.sent);
            }
        }
        hosts.apply();
        limit.apply();
    }
}

control BalancerEgress(inout headers_t hdr,
                       inout metadata_t meta,
                       inout standard_metadata_t standard_metadata) {
    apply { }
}

control BalancerComputeChecksum(inout headers_t hdr, inout metadata_t meta) {
    apply {
        update_checksum(hdr.ipv4.isValid() && hdr.ipv4.ihl == 5,
            { hdr.ipv4.version, hdr.ipv4.ihl, hdr.ipv4.dscp, hdr.ipv4.ecn, hdr.ipv4.total_len,
              hdr.ipv4.identification, hdr.ipv4.flags, hdr.ipv4.frag_offset, hdr.ipv4.ttl,
              hdr.ipv4.protocol, hdr.ipv4.src, hdr.ipv4.dst },
            hdr.ipv4.hdr_checksum, HashAlgorithm.csum16);
    }
}

control BalancerDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.ethernet);
        packet.emit(hdr.ipv4);
    }
}

V1Switch(BalancerParser(),
         BalancerVerifyChecksum(),
         BalancerIngress(),
         BalancerEgress(),
         BalancerComputeChecksum(),
         BalancerDeparser()) main;
