// WINDIVERT_ADDRESS as the documentation of WinDivert 2.2 describes it, for the two layers that pidcap listens to.
#ifndef PIDCAP_WINDIVERT_ADDRESS_H
#define PIDCAP_WINDIVERT_ADDRESS_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t EndpointId;
    uint64_t ParentEndpointId;
    uint32_t ProcessId;
    uint32_t LocalAddr[4];
    uint32_t RemoteAddr[4];
    uint16_t LocalPort;
    uint16_t RemotePort;
    uint8_t Protocol;
} PIDCAP_DATA_OF_A_SOCKET;

typedef struct {
    int64_t Timestamp;
    uint32_t Layer : 8;
    uint32_t Event : 8;
    uint32_t Sniffed : 1;
    uint32_t Outbound : 1;
    uint32_t Loopback : 1;
    uint32_t Impostor : 1;
    uint32_t IPv6 : 1;
    uint32_t IPChecksum : 1;
    uint32_t TCPChecksum : 1;
    uint32_t UDPChecksum : 1;
    uint32_t Reserved1 : 8;
    uint32_t Reserved2;
    union {
        PIDCAP_DATA_OF_A_SOCKET Flow;
        PIDCAP_DATA_OF_A_SOCKET Socket;
        uint8_t Reserved3[64];
    };
} WINDIVERT_ADDRESS;

#endif
