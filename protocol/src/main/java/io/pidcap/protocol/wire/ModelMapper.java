package io.pidcap.protocol.wire;

/** The one class that knows both the generated messages and the model; every method checks what it is given. */
public final class ModelMapper {
    private ModelMapper() {}
}
