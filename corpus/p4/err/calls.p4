#include <core.p4>
#include <v1model.p4>
control c(inout standard_metadata_t s, inout bit<8> x) {
    action set(bit<8> v) { x = v; }
    apply {
        mark_to_drpo(s);
        set();
        set(1, 2);
        set(w = 1);
        hash(x, HashAlgorithm.csum61, 8w0, { x }, 8w3);
        x.isValid();
        truncate(_);
    }
}
