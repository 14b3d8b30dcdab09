typedef bit<48> mac_addr_t;
header h_t { mac_adr_t dst; }
