#include <core.p4>
#include <v1model.p4>
header h0_t { bit<48> f1; }
struct headers_t { h0_t h0; }
struct metadata_t { bit<4> m1; }
parser parse(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start {
        packet.extract(hdr.h0);
        transition accept;
    }
}
control verify_sums(inout headers_t hdr, inout metadata_t meta) { apply { } }
control ingress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply { }
}
control egress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    apply {
        hdr.h0.f1 = 0;
        random(meta.m1, 4w10, 4w12);
    }
}
control deparse(packet_out packet, in headers_t hdr) { apply { packet.emit(hdr.h0); } }
V1Switch(parse(), verify_sums(), ingress(), egress(), verify_sums(), deparse()) main;
