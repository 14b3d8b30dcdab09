#include <core.p4>
extern void pick(in bit<8> a);
extern void pick(in bit<8> b);
extern void pick(in bit<8> a, in bit<8> b);
extern void known(bit<8> when_compiled);
bit<8> scale(in bit<8> x, in bit<8> by = 2) { return x * by; }
bit<8> scale(in bit<8> x, in bit<8> by) { return x; }
void late(in bit<8> x = unknown_yet, out bit<8> y = 3) { }
action with_data(in bit<8> x, bit<8> n) { }
control Sub(inout bit<8> x)(bit<8> limit) { apply { } }
control c(inout bit<8> x, in bit<8> y)(bit<8> limit) {
    Sub() none;
    Sub(x) run_time;
    Sub(limti = 3) typo;
    Sub(limit) passed;
    apply {
        pick(1);
        pick();
        pick(c = 1);
        known(x);
        known(limit);
        x = scale(x, x, x);
        x = scale(by = 1);
        x = scale(x = 1, x = 2);
        passed.apply(y);
        passed.apply(_);
        passed.apply(16w1);
        with_data(x);
        x = with_data(x, 1);
        x = pick(1);
    }
}
