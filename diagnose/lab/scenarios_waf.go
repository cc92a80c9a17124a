package lab

var wafScenarios []Scenario
