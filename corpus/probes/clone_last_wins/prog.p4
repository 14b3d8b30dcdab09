// Of two clones asked for in one pipeline the last counts.
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
struct metadata {
    @field_list(1)
    bit<16> kept;
    bit<16> lost;
}

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
        meta.kept = 0x1234;
        standard.egress_spec = 2;
        clone(CloneType.I2E, 5);
        if (hdr.p.a == 1) { clone_preserving_field_list(CloneType.I2E, 6, 1); }
    }
}

control ProbeEgress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply {
        hdr.p.a = (bit<8>)standard.instance_type;
        hdr.p.b = (bit<16>)standard.ingress_port;
        hdr.p.r[15:0] = (bit<16>)meta.kept;
        hdr.p.r[31:16] = standard.egress_rid;
    }
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
