// Copies of a group: nodes in the order of their association, ports ascending; egress_rid and instance type 5 tell them apart.
// A group that doesn't exist drops. mark_to_drop forgets the group, egress_spec 511 doesn't.
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
        standard.mcast_grp = (bit<16>)hdr.p.a;
        if (hdr.p.op == 1) { mark_to_drop(standard); }
        if (hdr.p.op == 2) { standard.egress_spec = 511; }
        hdr.p.b = (bit<16>)standard.instance_type;
    }
}

control ProbeEgress(inout headers hdr, inout metadata meta, inout standard_metadata_t standard) {
    apply {
        hdr.p.r[15:0] = standard.egress_rid;
        hdr.p.r[31:16] = (bit<16>)standard.instance_type;
        hdr.p.a = (bit<8>)standard.egress_port;
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
