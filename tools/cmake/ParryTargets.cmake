# What every target of ours is compiled with, and the two ways to make one:
#   parry_folder(NAME SOURCES... [USES LIBS...])   the static library of a folder
#   parry_test(NAME SOURCES... [USES LIBS...])     a cmocka executable, run by ctest from the source folder

option(PARRY_WERROR "Warnings are errors" ON)
option(PARRY_FUZZ "Build the fuzzers (clang)" OFF)
set(PARRY_SANITIZE "" CACHE STRING "Value for -fsanitize=, or empty")

add_library(parry_options INTERFACE)
target_include_directories(parry_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(parry_options INTERFACE _GNU_SOURCE PARRY_VERSION="${PROJECT_VERSION}")
set(warnings
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wformat=2 -Wundef -Wcast-qual -Wswitch-enum -Wvla
    -Wnull-dereference -Wdouble-promotion)
set(c_warnings -Wstrict-prototypes -Wmissing-prototypes)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  list(APPEND warnings -Wlogical-op -Wduplicated-cond -Wduplicated-branches)
endif()
if(PARRY_WERROR)
  list(APPEND warnings -Werror)
endif()
target_compile_options(parry_options INTERFACE
    ${warnings} "$<$<COMPILE_LANGUAGE:C>:${c_warnings}>"
    "$<$<COMPILE_LANGUAGE:C>:SHELL:-include ${CMAKE_SOURCE_DIR}/base/banned.h>"
    -fno-omit-frame-pointer -fstack-protector-strong)
if(PARRY_SANITIZE)
  target_compile_options(parry_options INTERFACE -fsanitize=${PARRY_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(parry_options INTERFACE -fsanitize=${PARRY_SANITIZE})
endif()
if(PARRY_FUZZ)
  target_compile_options(parry_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  target_compile_definitions(parry_options INTERFACE _FORTIFY_SOURCE=2)
  target_link_options(parry_options INTERFACE -Wl,-z,relro,-z,now)
endif()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported()

function(parry_folder name)
  cmake_parse_arguments(arg "" "" "USES" ${ARGN})
  add_library(parry_${name} STATIC ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(parry_${name} PUBLIC parry_options PRIVATE ${arg_USES})
endfunction()

function(parry_test name)
  cmake_parse_arguments(arg "" "" "USES" ${ARGN})
  add_executable(test_${name} ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(test_${name} PRIVATE parry_options ${arg_USES} PkgConfig::cmocka)
  target_compile_definitions(test_${name} PRIVATE PARRY_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND test_${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 900)
endfunction()
