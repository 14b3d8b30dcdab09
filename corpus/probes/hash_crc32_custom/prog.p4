// hash with crc32_custom: base and remainder; a maximum of 0 counts as 1.
#include <core.p4>
#include <v1model.p4>

header probe_t {
    bit<8>  op;
    bit<8>  a;
    bit<16> b;
    bit<32> r;
}
struct headers {
    probe_t p;
}
struct metadata { }

parser ProbeParser(packet_in packet, out headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(hdr.p);
        transition accept;
    }
}

control ProbeVerify(inout headers hdr, inout metadata meta) {
    apply { }
}

control ProbeIngress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply {
        standard.egress_spec = 1;
        if (hdr.p.op == 0) {
            hash(hdr.p.r, HashAlgorithm.crc32_custom, 32w0, { hdr.p.a, hdr.p.b }, 64w0x100000000);
        } else if (hdr.p.op == 1) {
            hash(hdr.p.r, HashAlgorithm.crc32_custom, 32w100, { hdr.p.a, hdr.p.b, hdr.p.r }, 64w1000);
        } else if (hdr.p.op == 2) {
            hash(hdr.p.r, HashAlgorithm.crc32_custom, 32w7, { hdr.p.b }, 64w0);
        } else {
            hash(hdr.p.r, HashAlgorithm.crc32_custom, 32w0, { 4w5, hdr.p.a, hdr.p.b[10:0] }, 64w0x100000000);
        }
    }
}

control ProbeEgress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply { }
}

control ProbeCompute(inout headers hdr, inout metadata meta) {
    apply { }
}

control ProbeDeparser(packet_out packet, in headers hdr) {
    apply {
        packet.emit(hdr.p);
    }
}

V1Switch(ProbeParser(), ProbeVerify(), ProbeIngress(), ProbeEgress(), ProbeCompute(), ProbeDeparser()) main;
