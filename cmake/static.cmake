# What FAILOVER_STATIC changes, where the distribution has the archives. The shared libraries cost the
# supervisor 3 MB of memory and the prober one, mostly for what is never called. The price: a fix of
# theirs that the distribution brings arrives with the next build, not with the next restart.
add_library(failover_glog INTERFACE)
add_library(failover_protobuf INTERFACE)
if(FAILOVER_STATIC)
  find_package(Threads REQUIRED)
  find_package(ZLIB)
  find_library(GLOG_ARCHIVE libglog.a)
  find_library(GFLAGS_ARCHIVE libgflags.a)
  find_library(PROTOBUF_ARCHIVE libprotobuf.a)
  if(NOT (ZLIB_FOUND AND GLOG_ARCHIVE AND GFLAGS_ARCHIVE AND PROTOBUF_ARCHIVE))
    message(STATUS "No libglog.a, libgflags.a or libprotobuf.a: their shared libraries are used")
    set(FAILOVER_STATIC OFF)
  endif()
endif()
if(FAILOVER_STATIC)
  target_compile_definitions(failover_glog INTERFACE
    $<TARGET_PROPERTY:glog::glog,INTERFACE_COMPILE_DEFINITIONS>)
  target_link_libraries(failover_glog INTERFACE
    ${GLOG_ARCHIVE} ${GFLAGS_ARCHIVE} unwind Threads::Threads)
  target_link_libraries(failover_protobuf INTERFACE ${PROTOBUF_ARCHIVE} ZLIB::ZLIB)
  target_link_options(failover_protobuf INTERFACE -Wl,--gc-sections)
else()
  target_link_libraries(failover_glog INTERFACE glog::glog)
  target_link_libraries(failover_protobuf INTERFACE protobuf::libprotobuf)
endif()
