#include <core.p4>
struct meta_t { bit<8> counter_value; }
control c(inout meta_t meta) {
    apply {
        mta.counter_value = 1;
        meta.counter_valu = 2;
    }
}
