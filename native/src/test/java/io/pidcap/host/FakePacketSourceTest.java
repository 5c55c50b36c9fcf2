package io.pidcap.host;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

class FakePacketSourceTest extends PacketSourceContract {
    private final List<FakePacketSource> opened = new ArrayList<>();

    @Override
    protected PacketSource open() {
        FakePacketSource source = new FakePacketSource();
        opened.add(source);
        return source;
    }

    @Override
    protected void send(int count) {
        for (int i = 0; i < count; i++) {
            opened.get(0).arrive(ByteBuffer.allocate(20).putInt(0, i).array());
        }
    }

    @Override
    protected int payloadOffset() {
        return 0;
    }
}
