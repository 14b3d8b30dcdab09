control c(inout standard_metadata_t s, packet_in b) { apply { } }
