# What FAILOVER_STATIC changes. The shared libraries cost each daemon up to 3 MB of memory, mostly for
# what it never calls. The price: a fix of theirs that the distribution brings arrives with the next
# build, not with the next restart.
add_library(failover_glog INTERFACE)
add_library(failover_protobuf INTERFACE)
if(FAILOVER_STATIC)
  find_library(GLOG_ARCHIVE libglog.a REQUIRED)
  find_library(GFLAGS_ARCHIVE libgflags.a REQUIRED)
  find_library(PROTOBUF_ARCHIVE libprotobuf.a REQUIRED)
  find_package(Threads REQUIRED)
  find_package(ZLIB REQUIRED)
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
