// The control plane tells things apart by their names.
#include <core.p4>
@name("same") action a() { }
@name(".same") action b() { }
control inner() {
    @name(".t") table t { actions = { NoAction; } }
    apply { t.apply(); }
}
control outer() {
    inner() one;
    inner() two;
    apply { one.apply(); two.apply(); }
}
