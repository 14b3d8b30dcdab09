#include <core.p4>
#include <v1model.p4>
header h1_t {
    bit<4> f1;
    bit<12> f2;
}
struct headers_t { h1_t h0; }
struct metadata_t { }
parser parse(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) {
    state start {
        packet.extract(hdr.h0);
        transition accept;
    }
}
control verify_sums(inout headers_t hdr, inout metadata_t meta) { apply { } }
control ingress(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) { counter(8, CounterType.packets) c3; apply{  } }
control egr(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t standard_metadata) { counter(8, CounterType.packets) c4; apply{ hash(hdr.h0.f1, HashAlgorithm.csum16, 4w0, { 4w3 }, 32w65536); } }
control deparse(packet_out packet, in headers_t hdr) { apply { packet.emit(hdr.h0); } }
V1Switch(parse(), verify_sums(), ingress(), egr(), verify_sums(), deparse()) main;