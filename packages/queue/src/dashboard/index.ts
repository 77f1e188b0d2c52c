export { createDashboard, type DashboardOptions } from './create-dashboard.ts';
