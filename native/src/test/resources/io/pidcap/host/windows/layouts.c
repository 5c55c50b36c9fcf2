// Compiled by mingw-w64, never run: that the stand-ins' structures are those of Windows' own headers. With
// -DSTAND_IN it takes the stand-ins' structures; the object files' symbols are then compared byte by byte.
#ifdef STAND_IN
#include "windows_types.h"
#else
#include <winsock2.h>
#include <ws2ipdef.h>
#include <iphlpapi.h>
#include <windows.h>
#include <tlhelp32.h>
typedef SOCKADDR_IN WINDOWS_SOCKADDR_IN;
typedef SOCKADDR_IN6 WINDOWS_SOCKADDR_IN6;
typedef struct timeval WINDOWS_TIMEVAL;
#define WINDOWS_AF_INET AF_INET
#define WINDOWS_AF_INET6 AF_INET6
#endif
#include <stddef.h>

#define FIELD(type, field) offsetof(type, field), sizeof(((type *)0)->field)

const unsigned long long layouts[] = {
    sizeof(PROCESSENTRY32W),
    FIELD(PROCESSENTRY32W, dwSize),
    FIELD(PROCESSENTRY32W, th32ProcessID),
    FIELD(PROCESSENTRY32W, th32ParentProcessID),
    FIELD(PROCESSENTRY32W, szExeFile),
#define TCP_LAYOUT(type) \
    sizeof(type), FIELD(type, dwState), FIELD(type, dwLocalPort), FIELD(type, dwRemotePort), FIELD(type, dwOwningPid)
    TCP_LAYOUT(MIB_TCPROW_OWNER_PID),
    TCP_LAYOUT(MIB_TCP6ROW_OWNER_PID),
    TCP_LAYOUT(MIB_TCPROW_OWNER_MODULE),
    TCP_LAYOUT(MIB_TCP6ROW_OWNER_MODULE),
    FIELD(MIB_TCPROW_OWNER_MODULE, liCreateTimestamp),
    FIELD(MIB_TCP6ROW_OWNER_MODULE, liCreateTimestamp),
    FIELD(MIB_TCPROW_OWNER_PID, dwLocalAddr),
    FIELD(MIB_TCPROW_OWNER_PID, dwRemoteAddr),
    FIELD(MIB_TCP6ROW_OWNER_PID, ucLocalAddr),
    FIELD(MIB_TCP6ROW_OWNER_PID, ucRemoteAddr),
#define UDP_LAYOUT(type) sizeof(type), FIELD(type, dwLocalPort), FIELD(type, dwOwningPid)
    UDP_LAYOUT(MIB_UDPROW_OWNER_PID),
    UDP_LAYOUT(MIB_UDP6ROW_OWNER_PID),
    UDP_LAYOUT(MIB_UDPROW_OWNER_MODULE),
    UDP_LAYOUT(MIB_UDP6ROW_OWNER_MODULE),
    FIELD(MIB_UDPROW_OWNER_MODULE, liCreateTimestamp),
    FIELD(MIB_UDP6ROW_OWNER_MODULE, liCreateTimestamp),
    TCP_TABLE_OWNER_PID_ALL,
    TCP_TABLE_OWNER_MODULE_ALL,
    UDP_TABLE_OWNER_PID,
    UDP_TABLE_OWNER_MODULE,
    WINDOWS_AF_INET,
    WINDOWS_AF_INET6,
    FIELD(IP_ADAPTER_ADDRESSES_LH, Next),
    FIELD(IP_ADAPTER_ADDRESSES_LH, AdapterName),
    FIELD(IP_ADAPTER_ADDRESSES_LH, FirstUnicastAddress),
    FIELD(IP_ADAPTER_ADDRESSES_LH, FriendlyName),
    FIELD(IP_ADAPTER_ADDRESSES_LH, IfType),
    FIELD(IP_ADAPTER_ADDRESSES_LH, OperStatus),
    FIELD(IP_ADAPTER_UNICAST_ADDRESS_LH, Next),
    FIELD(IP_ADAPTER_UNICAST_ADDRESS_LH, Address),
    FIELD(IP_ADAPTER_UNICAST_ADDRESS_LH, OnLinkPrefixLength),
    FIELD(SOCKET_ADDRESS, lpSockaddr),
    FIELD(WINDOWS_SOCKADDR_IN, sin_family),
    FIELD(WINDOWS_SOCKADDR_IN, sin_addr),
    FIELD(WINDOWS_SOCKADDR_IN6, sin6_addr),
    sizeof(WINDOWS_TIMEVAL),
    FIELD(WINDOWS_TIMEVAL, tv_usec),
    ERROR_BUFFER_OVERFLOW,
    ERROR_NO_DATA,
    WAIT_TIMEOUT,
    WAIT_FAILED,
};
