# Test programs that no single floor owns.
add_library(fairlead_test_support STATIC ${CMAKE_SOURCE_DIR}/tests/support/postgres.cpp)
fairlead_options(fairlead_test_support)
target_include_directories(fairlead_test_support PUBLIC ${CMAKE_SOURCE_DIR}/tests)
target_link_libraries(fairlead_test_support PUBLIC fairlead_base PostgreSQL::PostgreSQL)

# What REST does with records and rights once more, and imports, on PostgreSQL; what is long needs no second database.
add_test(NAME derive_postgresql COMMAND test_derive "-sf=*battery_test*,*/access_test*,*/as_of_test*,*/exchange/*" "-sfe=*/round_trip_test*" WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(derive_postgresql PROPERTIES ENVIRONMENT FAIRLEAD_TEST_DATABASE=postgresql SKIP_REGULAR_EXPRESSION "SKIPPED: PostgreSQL is not installed")

add_executable(test_formula_sql ${CMAKE_SOURCE_DIR}/tests/formula/sql_test.cpp ${CMAKE_SOURCE_DIR}/tests/doctest_main.cpp)
fairlead_options(test_formula_sql)
target_link_libraries(test_formula_sql PRIVATE fairlead_formula fairlead_sqlite3 fairlead_test_support)
add_test(NAME formula_sql COMMAND test_formula_sql WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})

# Fuzzers: libFuzzer's driver with clang, our own with g++. ctest runs each for 20 seconds.
function(fairlead_fuzzer name)
  cmake_parse_arguments(FUZZER "" "" "USES" ${ARGN})
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    add_executable(fuzz_${name} ${CMAKE_SOURCE_DIR}/tests/fuzz/${name}_fuzz.cpp)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    set(limit -max_total_time=20 -timeout=10)
  else()
    add_executable(fuzz_${name} ${CMAKE_SOURCE_DIR}/tests/fuzz/${name}_fuzz.cpp ${CMAKE_SOURCE_DIR}/tests/fuzz/fuzz_main.cpp)
    set(limit 20)
  endif()
  fairlead_options(fuzz_${name})
  target_include_directories(fuzz_${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(fuzz_${name} PRIVATE ${FUZZER_USES})
  add_test(NAME fuzz_${name} COMMAND fuzz_${name} ${limit})
  set_tests_properties(fuzz_${name} PROPERTIES LABELS fuzz)
endfunction()
fairlead_fuzzer(formula USES fairlead_formula)
fairlead_fuzzer(json USES fairlead_derive fairlead_modules)
fairlead_fuzzer(http USES fairlead_server)
fairlead_fuzzer(series USES fairlead_engines)
fairlead_fuzzer(learner USES fairlead_engines)
fairlead_fuzzer(csv USES fairlead_derive fairlead_modules)
fairlead_fuzzer(xlsx USES fairlead_derive fairlead_modules)

# The whole store on the demonstration company, and under kill -9 and with a database server that dies.
add_executable(test_store_whole ${CMAKE_SOURCE_DIR}/tests/store/ways_test.cpp ${CMAKE_SOURCE_DIR}/tests/store/kill_test.cpp ${CMAKE_SOURCE_DIR}/tests/store/kill_acts_test.cpp ${CMAKE_SOURCE_DIR}/tests/store/restart_test.cpp ${CMAKE_SOURCE_DIR}/tests/doctest_main.cpp)
fairlead_options(test_store_whole)
target_include_directories(test_store_whole PRIVATE ${CMAKE_SOURCE_DIR})
target_link_libraries(test_store_whole PRIVATE fairlead_store fairlead_modules fairlead_test_support)
add_test(NAME store_whole COMMAND test_store_whole WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})

# The whole server on loopback, with the modules.
add_executable(test_server_whole ${CMAKE_SOURCE_DIR}/tests/server/application_test.cpp ${CMAKE_SOURCE_DIR}/tests/doctest_main.cpp)
fairlead_options(test_server_whole)
target_link_libraries(test_server_whole PRIVATE fairlead_server fairlead_modules fairlead_test_support)
add_test(NAME server_whole COMMAND test_server_whole WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
add_test(NAME server_whole_postgresql COMMAND test_server_whole WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(server_whole_postgresql PROPERTIES ENVIRONMENT FAIRLEAD_TEST_DATABASE=postgresql SKIP_REGULAR_EXPRESSION "SKIPPED: PostgreSQL is not installed")

# The program as people run it.
add_executable(test_program ${CMAKE_SOURCE_DIR}/tests/cli/program_test.cpp ${CMAKE_SOURCE_DIR}/tests/doctest_main.cpp)
fairlead_options(test_program)
target_compile_definitions(test_program PRIVATE FAIRLEAD_PROGRAM="$<TARGET_FILE:fairlead>")
target_link_libraries(test_program PRIVATE fairlead_derive fairlead_sqlite3 fairlead_test_support)
add_dependencies(test_program fairlead)
add_test(NAME program COMMAND test_program WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
add_test(NAME program_postgresql COMMAND test_program WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(program_postgresql PROPERTIES ENVIRONMENT FAIRLEAD_TEST_DATABASE=postgresql SKIP_REGULAR_EXPRESSION "SKIPPED: PostgreSQL is not installed")

add_executable(test_forecast_program ${CMAKE_SOURCE_DIR}/tests/cli/forecast_test.cpp ${CMAKE_SOURCE_DIR}/tests/cli/forecast_known_test.cpp ${CMAKE_SOURCE_DIR}/tests/cli/forecast_train_test.cpp ${CMAKE_SOURCE_DIR}/tests/doctest_main.cpp)
fairlead_options(test_forecast_program)
target_compile_definitions(test_forecast_program PRIVATE FAIRLEAD_PROGRAM="$<TARGET_FILE:fairlead>")
target_link_libraries(test_forecast_program PRIVATE fairlead_derive fairlead_test_support)
add_dependencies(test_forecast_program fairlead)
add_test(NAME forecast_program COMMAND test_forecast_program WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})

# The plan of the house: includes against the floors that CMakeLists.txt declares.
add_executable(test_house ${CMAKE_SOURCE_DIR}/tests/house/includes_test.cpp ${CMAKE_SOURCE_DIR}/tests/doctest_main.cpp)
fairlead_options(test_house)
add_test(NAME house COMMAND test_house WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})

# An import under kill -9.
add_executable(test_import_whole ${CMAKE_SOURCE_DIR}/tests/store/import_kill_test.cpp ${CMAKE_SOURCE_DIR}/tests/doctest_main.cpp)
fairlead_options(test_import_whole)
target_include_directories(test_import_whole PRIVATE ${CMAKE_SOURCE_DIR})
target_link_libraries(test_import_whole PRIVATE fairlead_derive fairlead_modules fairlead_test_support)
add_test(NAME import_whole COMMAND test_import_whole WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
