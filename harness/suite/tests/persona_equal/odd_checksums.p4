// Checksums over parts of fields at odd places, constants, the same field twice, metadata, other algorithms.
#include <core.p4>
#include <v1model.p4>

header ethernet_t {
    bit<48> dst;
    bit<48> src;
    bit<16> ether_type;
}

header ipv4_t {
    bit<4>  version;
    bit<4>  ihl;
    bit<8>  diffserv;
    bit<16> total_len;
    bit<16> identification;
    bit<3>  flags;
    bit<13> frag_offset;
    bit<8>  ttl;
    bit<8>  protocol;
    bit<16> hdr_checksum;
    bit<32> src;
    bit<32> dst;
}

header udp_t {
    bit<16> src_port;
    bit<16> dst_port;
    bit<16> length;
    bit<16> checksum;
}

struct headers_t {
    ethernet_t ethernet;
    ipv4_t ipv4;
    udp_t udp;
}

struct metadata_t {
    bit<16> seen;
}

parser TheParser(packet_in packet, out headers_t hdr, inout metadata_t meta,
                 inout standard_metadata_t standard_metadata) {
    state start {
        packet.extract(hdr.ethernet);
        transition select(hdr.ethernet.ether_type) {
            0x0800: parse_ipv4;
            default: accept;
        }
    }
    state parse_ipv4 {
        packet.extract(hdr.ipv4);
        transition select(hdr.ipv4.protocol) {
            17: parse_udp;
            default: accept;
        }
    }
    state parse_udp {
        packet.extract(hdr.udp);
        transition accept;
    }
}

control TheVerify(inout headers_t hdr, inout metadata_t meta) {
    apply {
        verify_checksum(hdr.udp.isValid() && hdr.udp.checksum != 0,
                        { hdr.ipv4.frag_offset, 5w3, hdr.ipv4.ttl, hdr.ipv4.protocol, 16w17,
                          hdr.ipv4.flags, 3w1, hdr.udp.length, hdr.ipv4.src },
                        hdr.udp.checksum, HashAlgorithm.csum16);
    }
}

control TheIngress(inout headers_t hdr, inout metadata_t meta,
                   inout standard_metadata_t standard_metadata) {
    action rewrite(bit<32> dst, bit<16> port) {
        hdr.ipv4.dst = dst;
        hdr.udp.dst_port = port;
        meta.seen = port + hdr.udp.src_port;
        hdr.ipv4.ttl = hdr.ipv4.ttl - 1;
        standard_metadata.egress_spec = 2;
    }
    action drop() { mark_to_drop(standard_metadata); }
    action pass() { standard_metadata.egress_spec = 3; }
    table translate {
        key = { hdr.ipv4.dst: lpm; }
        actions = { rewrite; drop; pass; }
        default_action = pass();
    }
    apply {
        if (standard_metadata.checksum_error == 1) {
            hdr.ethernet.src = 0;
        }
        if (hdr.ipv4.isValid()) {
            translate.apply();
        }
    }
}

control TheEgress(inout headers_t hdr, inout metadata_t meta,
                  inout standard_metadata_t standard_metadata) {
    apply { }
}

control TheUpdate(inout headers_t hdr, inout metadata_t meta) {
    apply {
        update_checksum(hdr.udp.isValid() && hdr.udp.length > 8,
                        { hdr.ipv4.protocol, hdr.ipv4.src, hdr.ipv4.dst, hdr.ipv4.hdr_checksum, 8w6,
                          hdr.udp.src_port, hdr.udp.dst_port, meta.seen },
                        hdr.udp.checksum, HashAlgorithm.csum16);
        update_checksum(hdr.udp.isValid(),
                        { hdr.ipv4.src, hdr.ipv4.dst },
                        hdr.udp.length, HashAlgorithm.crc16);
    }
}

control TheDeparser(packet_out packet, in headers_t hdr) {
    apply {
        packet.emit(hdr.ethernet);
        packet.emit(hdr.ipv4);
        packet.emit(hdr.udp);
    }
}

V1Switch(TheParser(), TheVerify(), TheIngress(), TheEgress(), TheUpdate(), TheDeparser()) main;
