header h_t { bit<> c; }
