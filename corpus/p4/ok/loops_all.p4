// Loops of both kinds, over ranges, stacks and lists, with `break` and `continue`.
#include <v1model.p4>
header cell_t { bit<8> v; }
struct headers_t { cell_t[4] cells; }
struct metadata_t { bit<8> sum; }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start { b.extract(h.cells.next); transition accept; }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    action sum() {
        for (bit<8> i = 0, bit<8> j = 1; i < 4; i += 1, j = j + i) {
            if (i == 2) { continue; }
            m.sum = m.sum + j;
        }
    }
    apply {
        @unroll for (bit<8> i in 1 .. 3) { m.sum += i; if (m.sum > 9) { break; } }
        for (cell_t cell in h.cells) { m.sum = m.sum + cell.v; }
        for (bit<8> v in (list<bit<8>>){ 1, 2, 3 }) { for (bit<8> w in 0 .. v) { m.sum = m.sum ^ w; } }
        sum();
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
