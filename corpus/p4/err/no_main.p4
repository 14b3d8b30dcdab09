#include <v1model.p4>
control c() { apply { } }
