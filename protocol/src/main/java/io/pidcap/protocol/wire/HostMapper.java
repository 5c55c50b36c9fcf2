package io.pidcap.protocol.wire;

import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.InterfaceInfo;
import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.v1.Availability;
import io.pidcap.protocol.v1.Feature;
import io.pidcap.protocol.v1.FeatureList;
import io.pidcap.protocol.v1.Interface;
import io.pidcap.protocol.v1.InterfaceAddress;
import io.pidcap.protocol.v1.InterfaceList;
import java.util.List;

/** Messages of host.proto to model and back; a field that breaks its rules is a {@link ProtocolException}. */
public final class HostMapper {
    private HostMapper() {}

    public static InterfaceList toMessage(List<InterfaceInfo> interfaces) {
        InterfaceList.Builder list = InterfaceList.newBuilder();
        interfaces.forEach(one -> list.addInterfaces(toMessage(one)));
        return list.build();
    }

    public static List<InterfaceInfo> toModel(InterfaceList message) {
        return message.getInterfacesList().stream().map(HostMapper::toModel).toList();
    }

    public static FeatureList toFeatureList(List<HostFeature> features) {
        FeatureList.Builder list = FeatureList.newBuilder();
        features.forEach(one -> list.addFeatures(toMessage(one)));
        return list.build();
    }

    public static List<HostFeature> toModel(FeatureList message) {
        return message.getFeaturesList().stream().map(HostMapper::toModel).toList();
    }

    private static Interface toMessage(InterfaceInfo info) {
        Interface.Builder message = Interface.newBuilder()
                .setName(info.name())
                .setDescription(info.description())
                .setUp(info.up())
                .setRunning(info.running())
                .setLoopback(info.loopback());
        for (InterfaceInfo.Address address : info.addresses()) {
            message.addAddresses(InterfaceAddress.newBuilder()
                    .setAddress(MessageChecks.bytes(address.address()))
                    .setPrefixLength(address.prefixLength()));
        }
        for (LinkType linkType : info.linkTypes()) {
            message.addLinkTypes(linkType.value());
        }
        return message.build();
    }

    private static InterfaceInfo toModel(Interface message) {
        MessageChecks.require(!message.getName().isEmpty(), "Interface.name", "is empty");
        return new InterfaceInfo(
                message.getName(),
                message.getDescription(),
                message.getAddressesList().stream().map(HostMapper::toModel).toList(),
                message.getLinkTypesList().stream()
                        .map(value -> MessageChecks.linkType(value, "Interface.link_types"))
                        .toList(),
                message.getUp(),
                message.getRunning(),
                message.getLoopback());
    }

    private static InterfaceInfo.Address toModel(InterfaceAddress message) {
        int prefixLength = message.getPrefixLength();
        if (prefixLength < -1 || prefixLength > 128) {
            throw MessageChecks.wrong("InterfaceAddress.prefix_length", prefixLength + " is not in -1..128");
        }
        return new InterfaceInfo.Address(
                MessageChecks.address(message.getAddress(), "InterfaceAddress.address"), prefixLength);
    }

    private static Feature toMessage(HostFeature feature) {
        return Feature.newBuilder()
                .setName(feature.name())
                .setAvailability(
                        switch (feature.availability()) {
                            case AVAILABLE -> Availability.AVAILABILITY_AVAILABLE;
                            case UNAVAILABLE -> Availability.AVAILABILITY_UNAVAILABLE;
                            case UNKNOWN -> Availability.AVAILABILITY_UNKNOWN;
                        })
                .setDetail(feature.detail())
                .setRemedy(feature.remedy())
                .build();
    }

    private static HostFeature toModel(Feature message) {
        MessageChecks.require(!message.getName().isEmpty(), "Feature.name", "is empty");
        return new HostFeature(
                message.getName(),
                switch (message.getAvailability()) {
                    case AVAILABILITY_AVAILABLE -> HostFeature.Availability.AVAILABLE;
                    case AVAILABILITY_UNAVAILABLE -> HostFeature.Availability.UNAVAILABLE;
                    case AVAILABILITY_UNKNOWN -> HostFeature.Availability.UNKNOWN;
                    case AVAILABILITY_UNSPECIFIED, UNRECOGNIZED ->
                        throw new ProtocolException(
                                "Feature.availability " + message.getAvailabilityValue() + " is not known");
                },
                message.getDetail(),
                message.getRemedy());
    }
}
