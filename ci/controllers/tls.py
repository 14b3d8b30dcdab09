"""p4runtime-shell against a slice that wants certificates: with one, without, and unencrypted.

    tls.py ADDRESS FOLDER P4INFO CONFIG
"""

import sys
from pathlib import Path

import grpc
import p4runtime_sh.shell as sh
from p4.v1 import p4runtime_pb2, p4runtime_pb2_grpc
from p4runtime_sh.p4runtime import SSLOptions


def version(address, credentials):
    """What the server says its version is, or how it refuses."""
    open_channel = grpc.insecure_channel(address) if credentials is None else grpc.secure_channel(address, credentials)
    with open_channel as channel:
        try:
            stub = p4runtime_pb2_grpc.P4RuntimeStub(channel)
            return stub.Capabilities(p4runtime_pb2.CapabilitiesRequest(), timeout=10).p4runtime_api_version
        except grpc.RpcError as error:
            return error.code().name


def main():
    address, folder, info, config = sys.argv[1:]
    address = address.replace("127.0.0.1", "localhost")
    authority, certificate, key = [str(Path(folder) / name) for name in ["ca.pem", "client.pem", "client.key"]]
    data = [Path(file).read_bytes() for file in [authority, key, certificate]]
    answers = [
        version(address, grpc.ssl_channel_credentials(*data)),
        version(address, grpc.ssl_channel_credentials(data[0])),
        version(address, None),
    ]
    assert answers == ["1.4.1", "UNAVAILABLE", "UNAVAILABLE"], answers
    options = SSLOptions(False, authority, certificate, key)
    pipeline = sh.FwdPipeConfig(info, config)
    sh.setup(device_id=1, grpc_addr=address, election_id=(0, 1), config=pipeline, ssl_options=options)
    try:
        assert len(list(sh.TableEntry("fixed").read())) == 1
    finally:
        sh.teardown()
    print("p4runtime-shell with certificates: 4 checked")


main()
