"""Reads a topic as another team would, and prints each event as a line of JSON.

    consume.py BROKERS TOPIC COUNT

It knows the CloudEvents specification, by its SDK, and the messages of proto/,
which it compiles itself. Nothing of Ciclo's own code is used: what this cannot
read, nobody outside can.
"""

import json
import sys
import tempfile
import uuid
from importlib import resources
from pathlib import Path

from cloudevents.kafka import KafkaMessage, from_binary
from confluent_kafka import Consumer
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from grpc_tools import protoc

PROTO = Path(__file__).resolve().parents[2] / "proto"
# Longest time without an event before it is given up.
PATIENCE_SECONDS = 30


def contracts():
    """The messages of proto/, by their names."""
    files = [str(path.relative_to(PROTO)) for path in sorted(PROTO.rglob("*.proto"))]
    well_known = resources.files("grpc_tools") / "_proto"
    with tempfile.NamedTemporaryFile() as compiled:
        arguments = ["protoc", f"-I{PROTO}", f"-I{well_known}", "--include_imports"]
        if protoc.main([*arguments, f"--descriptor_set_out={compiled.name}", *files]) != 0:
            sys.exit("proto/ does not compile")
        found = descriptor_pb2.FileDescriptorSet.FromString(Path(compiled.name).read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in found.file:
        pool.Add(file)
    return pool


def decoded(pool, event):
    """An event's data as JSON. Its schema ends with the message's name."""
    name = event["dataschema"].rsplit(":", 1)[1]
    message = message_factory.GetMessageClass(pool.FindMessageTypeByName(name))()
    message.ParseFromString(event.data)
    return json_format.MessageToDict(message, preserving_proto_field_name=True, descriptor_pool=pool)


def read(pool, message):
    """A message of Kafka as its place, its key, the event's attributes and its data."""
    headers = dict(message.headers() or [])
    whole = KafkaMessage(headers=headers, key=message.key(), value=message.value())
    event = from_binary(whole, data_unmarshaller=lambda data: data)
    attributes = dict(event.get_attributes())
    # The SDK gives the message's key as an attribute of its own.
    key = attributes.pop("partitionkey").decode()
    return {
        "partition": message.partition(),
        "key": key,
        "attributes": attributes,
        "data": decoded(pool, event),
    }


def main(brokers, topic, count):
    pool = contracts()
    settings = {
        "bootstrap.servers": brokers,
        "group.id": f"outside-{uuid.uuid4()}",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
    }
    consumer = Consumer(settings)
    consumer.subscribe([topic])
    for _ in range(count):
        message = consumer.poll(PATIENCE_SECONDS)
        if message is None:
            sys.exit(f"nothing comes on {topic}")
        if message.error():
            sys.exit(str(message.error()))
        print(json.dumps(read(pool, message)), flush=True)
    consumer.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
