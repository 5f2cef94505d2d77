# Programs that measure; built with everything else, run by hand.
add_executable(fairlead_load bench/load.cpp)
fairlead_options(fairlead_load)

add_executable(bench_formula EXCLUDE_FROM_ALL bench/formula.cpp)
fairlead_options(bench_formula)
target_link_libraries(bench_formula PRIVATE fairlead_formula)

add_executable(bench_forecast EXCLUDE_FROM_ALL bench/forecast.cpp)
fairlead_options(bench_forecast)
target_link_libraries(bench_forecast PRIVATE fairlead_engines)

add_executable(bench_forecast_pools EXCLUDE_FROM_ALL bench/forecast_pools.cpp)
fairlead_options(bench_forecast_pools)
target_link_libraries(bench_forecast_pools PRIVATE fairlead_engines)

add_executable(bench_forecast_known EXCLUDE_FROM_ALL bench/forecast_known.cpp)
fairlead_options(bench_forecast_known)
target_link_libraries(bench_forecast_known PRIVATE fairlead_engines)
