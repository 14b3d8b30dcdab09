// Loops with three clauses, over ranges and over stacks, with `break` and `continue`.
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<16> c; bit<32> d; }
struct headers_t { h_t h; h_t[3] s; }
struct metadata_t { bit<32> w; bit<8> x; bool f; }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start {
        b.extract(h.h);
        transition accept;
    }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    apply {
        bit<32> sum = 0;
        for (bit<8> i = 0, bit<8> k = 1; i < 8; i = i + 1, k += 2) {
            if (i == 3) continue;
            if (k > 11) break;
            sum = sum + (bit<32>)(i ++ k)[7:0];
        }
        for (bit<8> j in 1 .. 4) sum += (bit<32>)j;
        for (h_t one in h.s) {
            if (one.isValid()) { sum = sum + one.d; }
        }
        for (;sum > 100;) sum = sum |-| 100;
        m.w = sum;
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
