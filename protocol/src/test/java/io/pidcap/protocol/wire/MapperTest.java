package io.pidcap.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.InterfaceInfo;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.v1.CaptureCountersMessage;
import io.pidcap.protocol.v1.Feature;
import io.pidcap.protocol.v1.FeatureList;
import io.pidcap.protocol.v1.FlowEventMessage;
import io.pidcap.protocol.v1.Interface;
import io.pidcap.protocol.v1.InterfaceAddress;
import io.pidcap.protocol.v1.InterfaceList;
import io.pidcap.protocol.v1.LocalAddressMessage;
import io.pidcap.protocol.v1.Process;
import io.pidcap.protocol.v1.ProcessIdentityMessage;
import io.pidcap.protocol.v1.Socket;
import io.pidcap.protocol.v1.Tuple;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class MapperTest {
    private static final long SEED = System.nanoTime();
    private static final int ROUNDS = 2000;

    @Test
    void shouldComeBackTheSameFromEveryMessage() {
        RandomModel any = new RandomModel(SEED);
        for (int i = 0; i < ROUNDS; i++) {
            String seed = "seed " + SEED + ", round " + i;
            var process = any.process();
            assertThat(EventMapper.toModel(EventMapper.toMessage(process)))
                    .as(seed)
                    .isEqualTo(process);
            var socket = any.socket();
            assertThat(EventMapper.toModel(EventMapper.toMessage(socket)))
                    .as(seed)
                    .isEqualTo(socket);
            var event = any.event();
            assertThat(EventMapper.toModel(EventMapper.toMessage(event)))
                    .as(seed)
                    .isEqualTo(event);
            var address = any.localAddress();
            assertThat(EventMapper.toModel(EventMapper.toMessage(address)))
                    .as(seed)
                    .isEqualTo(address);
            var time = any.time();
            assertThat(EventMapper.toModel(EventMapper.toMessage(time)))
                    .as(seed)
                    .isEqualTo(time);
            var counters = any.counters();
            assertThat(CaptureMapper.toModel(CaptureMapper.toMessage(counters)))
                    .as(seed)
                    .isEqualTo(counters);
            var seen = any.prefilterSeen(3);
            assertThat(PrefilterMapper.seen(PrefilterMapper.toMessages(seen)))
                    .as(seed)
                    .isEqualTo(seen);
            var decision = any.prefilterDecision(3);
            assertThat(PrefilterMapper.decision(PrefilterMapper.toMessages(decision)))
                    .as(seed)
                    .isEqualTo(decision);
            List<InterfaceInfo> interfaces = any.list(3, any::networkInterface);
            assertThat(HostMapper.toModel(HostMapper.toMessage(interfaces)))
                    .as(seed)
                    .isEqualTo(interfaces);
            List<HostFeature> features = any.list(3, any::feature);
            assertThat(HostMapper.toModel(HostMapper.toFeatureList(features)))
                    .as(seed)
                    .isEqualTo(features);
        }
    }

    @Test
    void shouldSendWhatTheKernelMayDropInPiecesThatFitIntoAFrame() {
        RandomModel any = new RandomModel(SEED);
        var seen = any.prefilterSeen(3 * PrefilterMapper.MAX_ENTRIES);
        assertThat(PrefilterMapper.toMessages(seen))
                .allMatch(piece -> piece.getSerializedSize() < PipeLimits.MAX_FRAME_BYTES);
        assertThat(PrefilterMapper.seen(PrefilterMapper.toMessages(seen))).isEqualTo(seen);
        var decision = any.prefilterDecision(3 * PrefilterMapper.MAX_ENTRIES);
        assertThat(PrefilterMapper.toMessages(decision))
                .allMatch(piece -> piece.getSerializedSize() < PipeLimits.MAX_FRAME_BYTES);
        assertThat(PrefilterMapper.decision(PrefilterMapper.toMessages(decision)))
                .isEqualTo(decision);
    }

    @Test
    void shouldCutArgumentsThatAreTooLong() {
        String long1 = "a".repeat(40_000);
        ProcessInfo process =
                new ProcessInfo(new ProcessIdentity(1, 0), 0, "n", "c", null, List.of(long1, "b", long1, "d"), -1);
        assertThat(EventMapper.toModel(EventMapper.toMessage(process)).arguments())
                .containsExactly(long1, "b");
    }

    static Stream<Arguments> badFields() {
        RandomModel any = new RandomModel(SEED);
        Tuple tuple = EventMapper.toMessage(any.tuple());
        Socket socket = EventMapper.toMessage(any.socket());
        FlowEventMessage event = EventMapper.toMessage(any.event());
        Process process = EventMapper.toMessage(any.process());
        ByteString three = ByteString.copyFrom(new byte[3]);
        return Stream.of(
                bad("Tuple.protocol", tuple.toBuilder().setProtocol(256), MapperTest::readTuple),
                bad("Tuple.local_port", tuple.toBuilder().setLocalPort(65536), MapperTest::readTuple),
                bad("Tuple.remote_port", tuple.toBuilder().setRemotePort(-1), MapperTest::readTuple),
                bad("Tuple.local_address", tuple.toBuilder().setLocalAddress(three), MapperTest::readTuple),
                bad("Tuple.remote_address", tuple.toBuilder().setRemoteAddress(three), MapperTest::readTuple),
                bad("Socket.state", socket.toBuilder().setStateValue(0), MapperTest::readSocket),
                bad("Socket.state 9", socket.toBuilder().setStateValue(9), MapperTest::readSocket),
                bad("Socket.socket_id", socket.toBuilder().setSocketId(0), MapperTest::readSocket),
                bad("Socket.tuple", socket.toBuilder().clearTuple(), MapperTest::readSocket),
                bad("Socket.ip_version", socket.toBuilder().setIpVersion(5), MapperTest::readSocket),
                bad("Socket.ip_version 4294967295", socket.toBuilder().setIpVersion(-1), MapperTest::readSocket),
                bad("FlowEventMessage.kind", event.toBuilder().setKindValue(0), MapperTest::readEvent),
                bad("FlowEventMessage.kind 77", event.toBuilder().setKindValue(77), MapperTest::readEvent),
                bad("FlowEventMessage.state", event.toBuilder().setStateValue(0), MapperTest::readEvent),
                bad("FlowEventMessage.observed", event.toBuilder().clearObserved(), MapperTest::readEvent),
                bad("FlowEventMessage.socket_id", event.toBuilder().clearSocketId(), MapperTest::readEvent),
                bad("FlowEventMessage.tuple", event.toBuilder().clearTuple(), MapperTest::readEvent),
                bad("FlowEventMessage.owner", event.toBuilder().clearOwner(), MapperTest::readEvent),
                bad(
                        "ProcessIdentityMessage.pid",
                        event.toBuilder().setOwner(ProcessIdentityMessage.getDefaultInstance()),
                        MapperTest::readEvent),
                bad(
                        "ProcessIdentityMessage.pid",
                        socket.toBuilder()
                                .addOwners(ProcessIdentityMessage.newBuilder().setPid(-5)),
                        MapperTest::readSocket),
                bad("Process.identity", process.toBuilder().clearIdentity(), MapperTest::readProcess),
                bad("Process.parent_pid", process.toBuilder().setParentPid(-1), MapperTest::readProcess),
                bad("LocalAddressMessage.address", LocalAddressMessage.newBuilder(), MapperTest::readAddress),
                bad("Interface.name", Interface.newBuilder(), MapperTest::readInterface),
                bad(
                        "Interface.link_types",
                        Interface.newBuilder().setName("x").addLinkTypes(65536),
                        MapperTest::readInterface),
                bad(
                        "InterfaceAddress.address",
                        Interface.newBuilder().setName("x").addAddresses(InterfaceAddress.newBuilder()),
                        MapperTest::readInterface),
                bad(
                        "InterfaceAddress.prefix_length",
                        Interface.newBuilder()
                                .setName("x")
                                .addAddresses(InterfaceAddress.newBuilder().setPrefixLength(129)),
                        MapperTest::readInterface),
                bad("Feature.name", Feature.newBuilder(), MapperTest::readFeature),
                bad("Feature.availability", Feature.newBuilder().setName("x"), MapperTest::readFeature),
                bad(
                        "CaptureCountersMessage.dropped_packets",
                        CaptureCountersMessage.newBuilder().setDroppedPackets(-1),
                        message -> CaptureMapper.toModel((CaptureCountersMessage) message)));
    }

    private static Arguments bad(String field, Message.Builder message, Consumer<Message> read) {
        return Arguments.of(field, message.build(), read);
    }

    private static void readTuple(Message message) {
        EventMapper.toModel((Tuple) message);
    }

    private static void readSocket(Message message) {
        EventMapper.toModel((Socket) message);
    }

    private static void readEvent(Message message) {
        EventMapper.toModel((FlowEventMessage) message);
    }

    private static void readProcess(Message message) {
        EventMapper.toModel((Process) message);
    }

    private static void readAddress(Message message) {
        EventMapper.toModel((LocalAddressMessage) message);
    }

    private static void readInterface(Message message) {
        HostMapper.toModel(
                InterfaceList.newBuilder().addInterfaces((Interface) message).build());
    }

    private static void readFeature(Message message) {
        HostMapper.toModel(
                FeatureList.newBuilder().addFeatures((Feature) message).build());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badFields")
    void shouldNameTheFieldThatBreaksItsRule(String field, Message message, Consumer<Message> read) {
        assertThatThrownBy(() -> read.accept(message))
                .isInstanceOf(ProtocolException.class)
                .hasMessageStartingWith(field);
    }

    /** Whatever is in the numbers, enums and bytes of a message: a record, or a refusal, nothing else. */
    @Test
    void shouldRefuseOrMapWhateverTheFieldsHold() {
        RandomModel any = new RandomModel(SEED);
        Random random = new Random(SEED);
        for (int i = 0; i < ROUNDS; i++) {
            FlowEventMessage.Builder event = EventMapper.toMessage(any.event()).toBuilder();
            spoil(event.getTupleBuilder(), random);
            spoil(event, random);
            try {
                assertThat(EventMapper.toModel(event.build())).isNotNull();
            } catch (ProtocolException e) {
                assertThat(e).as("seed " + SEED).hasMessageMatching("(?s)[A-Z]\\w+\\.\\w+ .*");
            }
        }
    }

    private static void spoil(Message.Builder message, Random random) {
        List<FieldDescriptor> fields = message.getDescriptorForType().getFields();
        FieldDescriptor field = fields.get(random.nextInt(fields.size()));
        switch (field.getJavaType()) {
            case INT -> message.setField(field, random.nextInt());
            case LONG -> message.setField(field, random.nextLong());
            case BYTE_STRING -> message.setField(field, ByteString.copyFrom(new byte[random.nextInt(20)]));
            default -> message.clearField(field);
        }
    }
}
