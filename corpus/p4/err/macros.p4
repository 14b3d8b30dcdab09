#include <v2model.p4>
#define PAIR(a, b) a + b
#ifdef X
#error never
#endif
control c(inout bit<8> x) {
    apply {
        x = PAIR(1);
        x = PAIR(1, y);
        x = PAIR(1, 8w1 ++);
    }
}
#if 1
