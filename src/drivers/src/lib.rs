//! Real switches behind the Switch trait: processes, files, Thrift.
