# The libraries, each found once. Their headers are SYSTEM, so that our warnings stay ours.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
foreach(pair
    xapian:xapian-core microhttpd:libmicrohttpd cmark_gfm:libcmark-gfm jansson:jansson yaml:yaml-0.1 gumbo:gumbo
    sodium:libsodium cmocka:cmocka lmdb:lmdb zstd:libzstd zlib:zlib pcre2:libpcre2-8 curl:libcurl
    gnutls:gnutls jwt:libjwt oath:liboath)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 name)
  list(GET pair 1 module)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${module})
endforeach()
find_library(PARRY_LIBUNISTRING unistring REQUIRED)
find_library(PARRY_LIBDNNL dnnl REQUIRED)
find_library(PARRY_LIBCMARK_EXTENSIONS cmark-gfm-extensions REQUIRED)

# FAISS 1.12 with its C API: tools/faiss/build.sh makes it, once, in the per-user cache.
set(PARRY_FAISS "" CACHE PATH "Prefix of FAISS; empty asks tools/faiss/build.sh")
if(NOT PARRY_FAISS)
  execute_process(COMMAND ${CMAKE_SOURCE_DIR}/tools/faiss/build.sh --prefix
                  OUTPUT_VARIABLE PARRY_FAISS OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
endif()
if(NOT EXISTS ${PARRY_FAISS}/complete)
  message(FATAL_ERROR "FAISS is not at ${PARRY_FAISS}: run ./dev setup")
endif()
find_package(BLAS REQUIRED)
find_package(LAPACK REQUIRED)
find_package(OpenMP REQUIRED)
add_library(parry_faiss INTERFACE)
target_include_directories(parry_faiss SYSTEM INTERFACE ${PARRY_FAISS}/include)
target_link_libraries(parry_faiss INTERFACE
    ${PARRY_FAISS}/lib/libfaiss_c.a ${PARRY_FAISS}/lib/libfaiss.a
    LAPACK::LAPACK BLAS::BLAS OpenMP::OpenMP_CXX stdc++ m Threads::Threads)
