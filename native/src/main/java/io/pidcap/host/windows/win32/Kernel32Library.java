package io.pidcap.host.windows.win32;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import org.jspecify.annotations.Nullable;

/**
 * Functions of kernel32.dll that jna-platform lacks, or binds with structures and strings whose sizes follow the system on
 * which the JVM runs, so that they could be tried nowhere else. Here a FILETIME is a long, a BOOL an int, text UTF-16LE in
 * memory. On failure a function returns 0 or {@link #INVALID_HANDLE_VALUE}, and {@code Native.getLastError} says why.
 */
public interface Kernel32Library extends Library {
    long INVALID_HANDLE_VALUE = -1;

    int ERROR_ACCESS_DENIED = 5;
    int ERROR_NO_MORE_FILES = 18;

    int GENERIC_WRITE = 0x40000000;
    int FILE_SHARE_READ = 1;
    int FILE_SHARE_WRITE = 2;
    int FILE_SHARE_DELETE = 4;
    int OPEN_EXISTING = 3;

    int WAIT_OBJECT_0 = 0;
    int WAIT_FAILED = -1;

    int TH32CS_SNAPPROCESS = 2;
    int PROCESS_QUERY_LIMITED_INFORMATION = 0x1000;

    int FORMAT_MESSAGE_IGNORE_INSERTS = 0x200;
    int FORMAT_MESSAGE_FROM_SYSTEM = 0x1000;
    int FORMAT_MESSAGE_MAX_WIDTH_MASK = 0xff;

    // BOOL QueryPerformanceCounter(LARGE_INTEGER *lpPerformanceCount)
    int QueryPerformanceCounter(LongByReference lpPerformanceCount);

    // BOOL QueryPerformanceFrequency(LARGE_INTEGER *lpFrequency)
    int QueryPerformanceFrequency(LongByReference lpFrequency);

    // void GetSystemTimePreciseAsFileTime(LPFILETIME lpSystemTimeAsFileTime)
    void GetSystemTimePreciseAsFileTime(LongByReference lpSystemTimeAsFileTime);

    // HANDLE CreateToolhelp32Snapshot(DWORD dwFlags, DWORD th32ProcessID)
    @Nullable
    Pointer CreateToolhelp32Snapshot(int dwFlags, int th32ProcessID);

    // BOOL Process32FirstW(HANDLE hSnapshot, LPPROCESSENTRY32W lppe)
    int Process32FirstW(Pointer hSnapshot, Pointer lppe);

    // BOOL Process32NextW(HANDLE hSnapshot, LPPROCESSENTRY32W lppe)
    int Process32NextW(Pointer hSnapshot, Pointer lppe);

    // HANDLE OpenProcess(DWORD dwDesiredAccess, BOOL bInheritHandle, DWORD dwProcessId)
    @Nullable
    Pointer OpenProcess(int dwDesiredAccess, int bInheritHandle, int dwProcessId);

    // BOOL GetProcessTimes(HANDLE hProcess, LPFILETIME lpCreationTime, LPFILETIME lpExitTime, LPFILETIME lpKernelTime,
    //     LPFILETIME lpUserTime)
    int GetProcessTimes(
            Pointer hProcess,
            LongByReference lpCreationTime,
            LongByReference lpExitTime,
            LongByReference lpKernelTime,
            LongByReference lpUserTime);

    // BOOL QueryFullProcessImageNameW(HANDLE hProcess, DWORD dwFlags, LPWSTR lpExeName, PDWORD lpdwSize)
    int QueryFullProcessImageNameW(Pointer hProcess, int dwFlags, Pointer lpExeName, IntByReference lpdwSize);

    // BOOL CloseHandle(HANDLE hObject)
    int CloseHandle(Pointer hObject);

    // HANDLE CreateFileW(LPCWSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode, LPSECURITY_ATTRIBUTES
    //     lpSecurityAttributes, DWORD dwCreationDisposition, DWORD dwFlagsAndAttributes, HANDLE hTemplateFile)
    @Nullable
    Pointer CreateFileW(
            Pointer lpFileName,
            int dwDesiredAccess,
            int dwShareMode,
            @Nullable Pointer lpSecurityAttributes,
            int dwCreationDisposition,
            int dwFlagsAndAttributes,
            @Nullable Pointer hTemplateFile);

    // DWORD WaitForSingleObject(HANDLE hHandle, DWORD dwMilliseconds)
    int WaitForSingleObject(Pointer hHandle, int dwMilliseconds);

    // BOOL SetDllDirectoryW(LPCWSTR lpPathName)
    int SetDllDirectoryW(Pointer lpPathName);

    // DWORD FormatMessageW(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId, DWORD dwLanguageId, LPWSTR lpBuffer,
    //     DWORD nSize, va_list *Arguments)
    int FormatMessageW(
            int dwFlags,
            @Nullable Pointer lpSource,
            int dwMessageId,
            int dwLanguageId,
            Pointer lpBuffer,
            int nSize,
            @Nullable Pointer Arguments);
}
