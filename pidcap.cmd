@echo off
rem pidcap's launcher for Windows. It lies beside the folder lib of the programs, or in a checkout that was built.
rem No block in parentheses: the path of this file may have some.
setlocal DisableDelayedExpansion

set "PIDCAP_DIST=%~dp0"
if exist "%~dp0target\dist\lib\pidcap-coordinator.jar" set "PIDCAP_DIST=%~dp0target\dist\"
set "PIDCAP_LIB=%PIDCAP_DIST%lib"
if not exist "%PIDCAP_LIB%\pidcap-coordinator.jar" goto notbuilt

set "PIDCAP_JAVA="
for %%J in (java.exe) do set "PIDCAP_JAVA=%%~$PATH:J"
if not defined JAVA_HOME goto javachosen
if exist "%JAVA_HOME%\bin\java.exe" set "PIDCAP_JAVA=%JAVA_HOME%\bin\java.exe"
:javachosen
if not defined PIDCAP_JAVA goto nojava

rem The same for all three programs, and the same options as in the launcher for Linux.
set "PIDCAP_CLASS_PATH=%PIDCAP_LIB%\pidcap-capture-worker.jar;%PIDCAP_LIB%\pidcap-event-worker.jar"
set "PIDCAP_CLASS_PATH=%PIDCAP_CLASS_PATH%;%PIDCAP_LIB%\pidcap-coordinator.jar"
set "PIDCAP_OPTIONS=-XX:+UseSerialGC -Xshare:auto"
set "PIDCAP_OPTIONS=%PIDCAP_OPTIONS% -Xms32m -Xmn6m -Xmx256m -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=15 -XX:-ShrinkHeapInSteps"
set "PIDCAP_OPTIONS=%PIDCAP_OPTIONS% -XX:TieredStopAtLevel=1"
if /i "%~1"=="filter" set "PIDCAP_OPTIONS=-XX:+UseSerialGC -Xshare:auto -Xms320m -Xmn192m -Xmx1g"

"%PIDCAP_JAVA%" %PIDCAP_OPTIONS% --enable-native-access=ALL-UNNAMED "-Dpidcap.lib=%PIDCAP_LIB%" "-Dpidcap.jvm=%PIDCAP_OPTIONS%" "-Dpidcap.launcher=%~f0" "-Dpidcap.worker.jvm=%PIDCAP_WORKER_JVM_OPTIONS%" -cp "%PIDCAP_CLASS_PATH%" io.pidcap.coordinator.cli.CoordinatorMain %*
exit /b %ERRORLEVEL%

:notbuilt
echo pidcap: there is no "%PIDCAP_LIB%\pidcap-coordinator.jar"; build it with: mvn -B -q -DskipTests package 1>&2
exit /b 1

:nojava
echo pidcap: no java.exe in JAVA_HOME or on the path; install a Java 17 or later, for 64 bits 1>&2
exit /b 1
