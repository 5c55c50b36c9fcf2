// What the stand-ins need of Windows' headers, with the names and the order of fields that these have. layouts.c compares
// the sizes and offsets with the real headers where mingw-w64 is installed.
#ifndef PIDCAP_WINDOWS_TYPES_H
#define PIDCAP_WINDOWS_TYPES_H

#include <stdint.h>

typedef int32_t BOOL;
typedef uint32_t DWORD;
typedef uint16_t WCHAR;
typedef void *HANDLE;

#define TRUE 1
#define FALSE 0
#define INVALID_HANDLE_VALUE ((HANDLE)(intptr_t)-1)

#define NO_ERROR 0
#define ERROR_FILE_NOT_FOUND 2
#define ERROR_ACCESS_DENIED 5
#define ERROR_NO_MORE_FILES 18
#define ERROR_INVALID_PARAMETER 87
#define ERROR_INSUFFICIENT_BUFFER 122
#define ERROR_BUFFER_OVERFLOW 111
#define ERROR_NO_DATA 232

#define WAIT_OBJECT_0 0
#define WAIT_TIMEOUT 258
#define WAIT_FAILED ((DWORD)-1)

typedef struct {
    DWORD dwSize;
    DWORD cntUsage;
    DWORD th32ProcessID;
    uint64_t th32DefaultHeapID;
    DWORD th32ModuleID;
    DWORD cntThreads;
    DWORD th32ParentProcessID;
    int32_t pcPriClassBase;
    DWORD dwFlags;
    WCHAR szExeFile[260];
} PROCESSENTRY32W;

typedef struct {
    DWORD dwState;
    DWORD dwLocalAddr;
    DWORD dwLocalPort;
    DWORD dwRemoteAddr;
    DWORD dwRemotePort;
    DWORD dwOwningPid;
    int64_t liCreateTimestamp;
    uint64_t OwningModuleInfo[16];
} MIB_TCPROW_OWNER_MODULE;

typedef struct {
    unsigned char ucLocalAddr[16];
    DWORD dwLocalScopeId;
    DWORD dwLocalPort;
    unsigned char ucRemoteAddr[16];
    DWORD dwRemoteScopeId;
    DWORD dwRemotePort;
    DWORD dwState;
    DWORD dwOwningPid;
    int64_t liCreateTimestamp;
    uint64_t OwningModuleInfo[16];
} MIB_TCP6ROW_OWNER_MODULE;

typedef struct {
    DWORD dwLocalAddr;
    DWORD dwLocalPort;
    DWORD dwOwningPid;
    int64_t liCreateTimestamp;
    DWORD dwFlags;
    uint64_t OwningModuleInfo[16];
} MIB_UDPROW_OWNER_MODULE;

typedef struct {
    unsigned char ucLocalAddr[16];
    DWORD dwLocalScopeId;
    DWORD dwLocalPort;
    DWORD dwOwningPid;
    int64_t liCreateTimestamp;
    DWORD dwFlags;
    uint64_t OwningModuleInfo[16];
} MIB_UDP6ROW_OWNER_MODULE;

typedef struct {
    DWORD dwState;
    DWORD dwLocalAddr;
    DWORD dwLocalPort;
    DWORD dwRemoteAddr;
    DWORD dwRemotePort;
    DWORD dwOwningPid;
} MIB_TCPROW_OWNER_PID;

typedef struct {
    unsigned char ucLocalAddr[16];
    DWORD dwLocalScopeId;
    DWORD dwLocalPort;
    unsigned char ucRemoteAddr[16];
    DWORD dwRemoteScopeId;
    DWORD dwRemotePort;
    DWORD dwState;
    DWORD dwOwningPid;
} MIB_TCP6ROW_OWNER_PID;

typedef struct {
    DWORD dwLocalAddr;
    DWORD dwLocalPort;
    DWORD dwOwningPid;
} MIB_UDPROW_OWNER_PID;

typedef struct {
    unsigned char ucLocalAddr[16];
    DWORD dwLocalScopeId;
    DWORD dwLocalPort;
    DWORD dwOwningPid;
} MIB_UDP6ROW_OWNER_PID;

typedef struct {
    void *lpSockaddr;
    int32_t iSockaddrLength;
} SOCKET_ADDRESS;

typedef struct unicast_address {
    DWORD Length;
    DWORD Flags;
    struct unicast_address *Next;
    SOCKET_ADDRESS Address;
    int32_t PrefixOrigin;
    int32_t SuffixOrigin;
    int32_t DadState;
    DWORD ValidLifetime;
    DWORD PreferredLifetime;
    DWORD LeaseLifetime;
    unsigned char OnLinkPrefixLength;
} IP_ADAPTER_UNICAST_ADDRESS_LH;

// Up to the last field that is read; Windows' goes on.
typedef struct adapter_addresses {
    DWORD Length;
    DWORD IfIndex;
    struct adapter_addresses *Next;
    char *AdapterName;
    IP_ADAPTER_UNICAST_ADDRESS_LH *FirstUnicastAddress;
    void *FirstAnycastAddress;
    void *FirstMulticastAddress;
    void *FirstDnsServerAddress;
    WCHAR *DnsSuffix;
    WCHAR *Description;
    WCHAR *FriendlyName;
    unsigned char PhysicalAddress[8];
    DWORD PhysicalAddressLength;
    DWORD Flags;
    DWORD Mtu;
    DWORD IfType;
    DWORD OperStatus;
} IP_ADAPTER_ADDRESSES_LH;

// sockaddr_in and sockaddr_in6: the second's family has another number than elsewhere.
typedef struct {
    uint16_t sin_family;
    uint16_t sin_port;
    unsigned char sin_addr[4];
    char sin_zero[8];
} WINDOWS_SOCKADDR_IN;

typedef struct {
    uint16_t sin6_family;
    uint16_t sin6_port;
    DWORD sin6_flowinfo;
    unsigned char sin6_addr[16];
    DWORD sin6_scope_id;
} WINDOWS_SOCKADDR_IN6;

// A long has 32 bits there.
typedef struct {
    int32_t tv_sec;
    int32_t tv_usec;
} WINDOWS_TIMEVAL;

#define TCP_TABLE_OWNER_PID_ALL 5
#define TCP_TABLE_OWNER_MODULE_ALL 8
#define UDP_TABLE_OWNER_PID 1
#define UDP_TABLE_OWNER_MODULE 2
#define WINDOWS_AF_INET 2
#define WINDOWS_AF_INET6 23

#endif
